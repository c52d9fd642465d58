import type { ColumnProfile } from '../../domain/profile.ts';
import { isEarlier, nameWords } from './name-words.ts';

/** What a column's name says of when it is written; `isSure`: nothing else can be meant. */
export type NamedLater = { isSure: boolean; detail: string };

const words = (text: string) => new Set(text.split(' '));

/** The end of what a row is about, in names; English, German, Spanish, without accents. A date of it is known only then. */
const endings = words(
  'sold closed closing resolved resolution finished cancelled canceled cancellation churn churned exit exited terminated termination discharge discharged signed settled settlement paid delivered returned readmission readmitted death died repaid shipped arrived actual verdict decided verkauft geschlossen abgeschlossen fertig erledigt geliefert bezahlt kundigung gekundigt austritt entlassung entlassen ruckgabe retoure beendet vendido cerrado cierre resuelto terminado baja cancelado cancelacion pagado entregado devuelto devolucion reingreso fallecimiento',
);
/** The same where it may as well be a plan: the end of a contract, the arrival that was booked. */
const endingsOrPlans = words(
  'end ended completion completed close delivery return arrival left leaving payment expired decision ende lieferung zahlung ankunft abschluss fin entrega pago llegada',
);
/** Dates that are set before: a due date, a planned arrival. */
const planned = words(
  'due planned plan scheduled schedule expected estimated promised target requested required soll geplant fallig termin frist vencimiento previsto prevista programado limite crs renewal start begin',
);
/** What is paid, found or written once it is over. */
const consequences = words(
  'refund refunded chargeback payout recovery recoveries recovered writeoff chargeoff reimbursement resolution findings finding postmortem autopsy verdict outcome disposition erstattung erstattungsbetrag ruckerstattung befund kundigungsgrund retourengrund austrittsgrund ausfallgrund reembolso indemnizacion hallazgos dictamen resultado',
);
const reasons = words('reason reasons cause grund motivo causa');
/** What a reason is given for once it has happened; "reason for the visit" is known. */
const happenings = words(
  'loss lost lapse churn leaving left cancel cancellation cancelled return returned refund delay absence rejection rejected failure termination exit death baja ausencia devolucion cancelacion rechazo retraso kundigung retoure ausfall absage fehlzeit verspatung',
);
/** Counted over the past: how often it was returned before is known. */
const history = words(
  'previous prior past last history ever since before num number count n avg average mean prev total anzahl vorherige bisherige numero veces previas anteriores historico',
);
/** Measured while it happens or when it is over. */
const measured = words(
  'delay delayed late lateness elapsed duration dur actual taxi wheels airborne air wait waiting response tip payment overtime downtime gemessen verspatung dauer lieferzeit wartezeit bearbeitungszeit retraso duracion demora espera',
);
/** What grows from the first day on, and is nothing on that day. */
const growing = words(
  'tenure total cumulative lifetime since last logins visits usage used sessions calls tickets complaints orders purchases balance seniority months laufzeit vertragslaufzeit gesamt summe antiguedad permanencia acumulado',
);
const beginnings =
  /\b(?:sign(?:ed)? ?-?up|signup|regist\w+|enrol?\w*|onboarding|becom\w+|joins?|anmeld\w+|registrier\w*|vertragsabschluss\w*|alta|inscri\w+|contratar)\b/;

/** Without accents, in small letters. */
const plainWords = (name: string): string[] =>
  nameWords(name).map((word) =>
    word
      .normalize('NFKD')
      .replaceAll(/\p{M}+/gu, '')
      .replaceAll('ß', 'ss'),
  );

/**
 * Whether a column is called as what is written down only when the answer is known, or after `moment`, when the question is asked (in the user's
 * words). `target` itself, and what it is called after, is another's to judge.
 */
export function namedLater({ name, kind }: Pick<ColumnProfile, 'name' | 'kind'>, target: string, moment: string | null): NamedLater | undefined {
  const own = plainWords(name);
  const ofTarget = new Set(plainWords(target));
  const said = (list: ReadonlySet<string>) => own.find((word) => list.has(word));
  if (isEarlier(name)) return undefined;
  const ofMoment = new Set(plainWords(moment ?? ''));
  // Somebody who signed up has begun; somebody who signed has decided.
  const ending = own.find((word, at) => endings.has(word) && !ofMoment.has(word) && !(word === 'signed' && /^(?:up|in)$/.test(own[at + 1] ?? '')));
  const end = ending ?? own.find((word) => endingsOrPlans.has(word) && !ofMoment.has(word));
  if (kind === 'datetime' && end && !said(planned) && !beginnings.test(own.join(' ')))
    return { isSure: ending !== undefined || moment !== null, detail: `is called as the day when it is over ("${end}")` };
  const isCount = said(history) !== undefined;
  const consequence = own.find((word) => consequences.has(word) && !ofTarget.has(word));
  if (consequence && !isCount) return { isSure: true, detail: `has a name of what follows from the answer ("${consequence}")` };
  const happening = said(happenings);
  if (said(reasons) && happening) return { isSure: true, detail: `is called as the reason of what is asked ("${happening}")` };
  if (moment === null) return undefined;
  const asked = `and the question is asked ${moment}`;
  if (beginnings.test(moment.toLowerCase())) {
    const growth = said(growing);
    return growth && kind === 'number' ? { isSure: true, detail: `is called as what grows from then on ("${growth}"), ${asked}` } : undefined;
  }
  const measure = said(measured);
  if (measure && !said(planned) && !isCount) return { isSure: true, detail: `is called as what is measured only then ("${measure}"), ${asked}` };
  const isBefore = /\b(?:before|vor|bevor|ehe|antes)\b/.test(moment.toLowerCase());
  const event = own.find(
    (word) => word.length >= 3 && [...ofMoment].some((one) => one.length >= 4 && (one === word || (one.startsWith(word) && word.length >= 3))),
  );
  if (isBefore && event && !said(planned)) return { isSure: true, detail: `is named after that moment ("${event}"), ${asked}` };
  return undefined;
}
