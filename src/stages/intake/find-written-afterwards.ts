import type { LeakSuspect, Profile } from '../../domain/profile.ts';
import type { MissingMoves } from './measure-alone.ts';
import { nameWords, sharesWord } from './name-words.ts';
import { namedLater } from './named-later.ts';

/** Words of names for what is known only when the thing is over; English, German, Spanish. */
const afterWords = new Set(
  'actual final finally paid payment closed closing resolved resolution resolve outcome result reason refund refunded cancellation cancelled canceled discharge discharged disposition arrival arr delivered returned settled settlement writeoff recovered recovery post after exit exited completed completion finished ended end elapsed expired verdict decision conclusion feedback complaint chargeback tatsachlich bezahlt geliefert erledigt abgeschlossen ergebnis kundigungsgrund grund ende ankunft pagado entregado resuelto resultado motivo fin cierre llegada devuelto'.split(
    ' ',
  ),
);
const manner = new Set('method methode metodo forma terms plan'.split(' '));
/** What people write beside an event once it has happened: its day, its reason. */
const besideEvent = new Set('date time day at reason comment note notes by type category code cause datum grund fecha motivo'.split(' '));

/** The columns that move together with the answer by being there or not. */
const MISSING_MOVES = 0.6;
const MISSING_TELLS = 0.9;

/** `moves`: of the columns that are looked at, how much more often each is filled in for one answer than for another. */
type AfterSearch = { moves: ReadonlyMap<string, MissingMoves>; profile: Profile; target: string; moment: string | null };

/**
 * Columns that look as if they were written after the answer was known. A name that can mean nothing else (the day it was closed, a refund) is enough
 * to leave a column out; of other signs one is told of, and two, or one with a moment that the user named, are enough.
 */
export function findWrittenAfterwards({ moves: movesOf, profile, target, moment }: AfterSearch): LeakSuspect[] {
  const suspects: LeakSuspect[] = [];
  for (const { name, kind } of profile.columns) {
    const moved = movesOf.get(name);
    if (moved === undefined || name === target) continue;
    const moves = moved.share;
    const words = nameWords(name);
    // How somebody pays is agreed beforehand.
    const isManner = words.some((word) => manner.has(word));
    const afterWord = isManner ? undefined : words.find((word) => afterWords.has(word) && !nameWords(target).includes(word));
    const isBeside = sharesWord(name, target) && words.some((word) => besideEvent.has(word));
    const isNamedLater = afterWord !== undefined || isBeside;
    const named = isBeside ? `is named after the target, as what is written once it is known` : `has a name that says it is written later ("${afterWord}")`;
    const empty = `is filled in ${percent(moves)} more of the rows ${betweenWords[moved.between]}`;
    const later = namedLater({ name, kind }, target, moment);
    if (later?.isSure) suspects.push({ column: name, kind: 'afterwards', isSure: true, detail: later.detail });
    else if (isNamedLater && moves >= MISSING_MOVES) suspects.push({ column: name, kind: 'afterwards', isSure: true, detail: `${named} and ${empty}` });
    else if (isNamedLater && moment !== null)
      suspects.push({ column: name, kind: 'afterwards', isSure: true, detail: `${named}, and the question is asked ${moment}` });
    else if (moves >= MISSING_TELLS) suspects.push({ column: name, kind: 'afterwards', isSure: true, detail: empty });
    else if (moves >= MISSING_MOVES || (isBeside && kind !== 'number') || later)
      suspects.push({ column: name, kind: 'afterwards', isSure: false, detail: moves >= MISSING_MOVES ? empty : (later?.detail ?? named) });
  }
  return suspects;
}

const betweenWords: Record<MissingMoves['between'], string> = {
  classes: 'of one answer than of another',
  'high-over-low': 'with high answers than of those with low ones',
  'low-over-high': 'with low answers than of those with high ones',
};

const percent = (share: number) => `${Math.round(100 * share)} %`;
