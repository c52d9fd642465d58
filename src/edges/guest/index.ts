export type { Guest, GuestEnding, GuestFile } from './guest.ts';
export { encodeMessage, MessageReader } from './message.ts';
export { FILE_DESCRIPTOR, READY } from './guest.ts';
export { serveOwner, tellOwner } from './serve.ts';
