import type { ReadingRule } from '../../domain/column.ts';
import type { PlanCard } from '../../domain/build-watcher.ts';
import type { BuildRequest } from '../../domain/event.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Profile } from '../../domain/profile.ts';
import type { Dialect } from '../../edges/tables/index.ts';

const COLUMN_OPTIONS = ['--decimal', '--dates', '--missing'];
const FILE_OPTIONS = ['--delimiter', '--header', '--encoding'];

/** How the file was read, how sure that is, and by which options it is read otherwise. */
export function describeReading(dialect: Dialect, plan: Plan, profile: Profile, request: BuildRequest): PlanCard['readAs'] {
  const options = dialect.format === 'delimited' ? [...FILE_OPTIONS, ...COLUMN_OPTIONS] : COLUMN_OPTIONS;
  const value = [formOf(dialect), ...marksOf(plan)].join(', ');
  const option = options.join(', ');
  if (request.plan) return { value, certainty: 1, reason: 'the plan file says so', option };
  const isOpen = profile.warnings.some((warning) => warning.kind === 'reading' && warning.isOpen === true);
  if (isOpen) return { value, certainty: 0.4, reason: 'not all of it is settled by the file: see the notes', option };
  const said = saidOf(request);
  return { value, certainty: 0.9, reason: said.length > 0 ? `by ${said.join(', ')}, and by what the file holds` : 'the file leaves no doubt', option };
}

const signs: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars', ' ': 'spaces' };

function formOf(dialect: Dialect): string {
  const packed = dialect.isGzip ? ', gzipped' : '';
  if (dialect.format === 'parquet') return `Parquet${packed}`;
  if (dialect.format === 'json') return `${dialect.isLines ? 'JSON lines' : 'JSON'}${packed}`;
  const { delimiter, hasHeader, encoding } = dialect;
  return `cells between ${signs[delimiter] ?? `"${delimiter}"`}, ${hasHeader ? 'names in the first line' : 'no line of names'}, ${encoding}${packed}`;
}

/** What parts decimals and what comes first in dates, where the columns of the plan are written so that it matters. */
function marksOf({ inputs, targetRule, split }: Plan): string[] {
  const rules = [...inputs.map(({ rule }) => rule), targetRule, ...(split.kind === 'random' ? [] : [split.rule])];
  const formats = rules.flatMap((rule) => (rule.type === 'timestamp' ? rule.formats : []));
  return [
    ...(rules.some(hasComma) ? ['a comma before the decimals'] : []),
    ...(formats.some((format) => /^dd[/-]mm/.test(format)) ? ['days before months'] : []),
    ...(formats.some((format) => /^mm[/-]dd/.test(format)) ? ['months before days'] : []),
  ];
}

const hasComma = (rule: ReadingRule) => rule.type === 'number' && rule.decimal === ',';

function saidOf({ readAs, dates, decimal, missing }: BuildRequest): string[] {
  return [
    ...(readAs?.delimiter === undefined ? [] : ['--delimiter']),
    ...(readAs?.hasHeader === undefined ? [] : ['--header']),
    ...(readAs?.encoding === undefined ? [] : ['--encoding']),
    ...(decimal === undefined ? [] : ['--decimal']),
    ...(dates === undefined ? [] : ['--dates']),
    ...(missing === undefined ? [] : ['--missing']),
  ];
}
