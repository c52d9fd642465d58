/** A command's words, as the option parser took them apart. */
export type CommandWords = { positional: string[]; options: Record<string, unknown>; wantsJson: boolean };

export const textOption = (options: Record<string, unknown>, name: string): string | null => {
  const value = options[name];
  return typeof value === 'string' ? value : null;
};

export const listOption = (options: Record<string, unknown>, name: string): string[] => {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
};
