export { readConfig, type Config } from './config.ts';
export { openEngine, type Engine } from './open-engine.ts';
