/** Folders under a cache root that hold what caged guests run: Node with its packages, and our code. */
export type GuestFiles = { runtime: string; code: string };

export const codeRoot: string;
export function findGuestFiles(roots: string[], userId: number): GuestFiles | undefined;
export function findNode(): { program: string; version: string };
export function installGuest(root: string, more?: string[]): GuestFiles & { isNew: boolean };
