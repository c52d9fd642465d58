export type * from './client.ts';
export { Examination } from './examination.ts';
