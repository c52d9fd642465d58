/** `https://…`, `s3://…`: what a person may take for a file, and what is no path of this machine. */
export const isAddress = (path: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
