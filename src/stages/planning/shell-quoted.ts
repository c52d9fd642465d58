/** Words for a command line, in quotes where a shell would take them apart. */
export const shellQuoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
