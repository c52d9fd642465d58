import { ModelwrightError } from '../../domain/error.ts';

/** A complaint of the option parser as an error of ours. */
export function usageError(complaint: string): ModelwrightError {
  const [first, ...rest] = complaint.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replaceAll(/[()]/g, '').trim();
  return new ModelwrightError({
    code: 'MW1001',
    message: `${first.charAt(0).toUpperCase()}${first.slice(1)}.`.replace('..', '.'),
    hint: suggestion || 'See `modelwright --help`, or `modelwright COMMAND --help`.',
  });
}
