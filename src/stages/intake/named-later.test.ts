import { describe, expect, it } from 'vitest';
import type { ColumnKind } from '../../domain/column.ts';
import { namedLater } from './named-later.ts';

const later = (name: string, kind: ColumnKind, target: string, moment: string | null = null) => {
  const found = namedLater({ name, kind }, target, moment);
  return found === undefined ? 'known' : found.isSure ? 'later' : 'perhaps';
};

describe('a column by its name', () => {
  it.each<[string, ColumnKind, string, string]>([
    ['Sold On', 'datetime', 'Price', 'later'],
    ['closed_at', 'datetime', 'priority', 'later'],
    ['Fertig am', 'datetime', 'Rechnungsbetrag', 'later'],
    ['fecha de cierre', 'datetime', 'resultado', 'later'],
    ['refund_amount', 'number', 'returned', 'later'],
    ['Loss Reason', 'category', 'Outcome', 'later'],
    ['Motivo de ausencia', 'category', 'asistio', 'later'],
    ['Erstattungsbetrag (€)', 'number', 'Retoure', 'later'],
    ['SIU Findings', 'text', 'fraud', 'later'],
    ['arrival_date', 'datetime', 'is_canceled', 'perhaps'],
    ['contract_end', 'datetime', 'churn', 'perhaps'],
    ['signed_up', 'datetime', 'left', 'known'],
    ['Contract Signed On', 'datetime', 'Outcome', 'later'],
    ['due_date', 'datetime', 'paid_late', 'known'],
    ['expected_delivery', 'datetime', 'late', 'known'],
    ['Yr.Sold', 'number', 'price', 'known'],
    ['reason_for_visit', 'category', 'readmitted', 'known'],
    ['previous_refunds', 'number', 'returned', 'known'],
    ['last_closed_at', 'datetime', 'churn', 'known'],
    ['prior_refund_count', 'number', 'churn', 'known'],
    ['outcome', 'category', 'outcome_code', 'known'],
    ['monthly_charges', 'number', 'churn', 'known'],
  ])('%s (%s) is, of %s, %s', (name, kind, target, expected) => expect(later(name, kind, target)).toBe(expected));

  it.each<[string, ColumnKind, string, string]>([
    ['DEP_DELAY', 'number', 'before the departure', 'later'],
    ['TAXI_OUT', 'number', 'before the departure', 'later'],
    ['CRS_DEP_TIME', 'number', 'before the departure', 'known'],
    ['scheduled_departure', 'datetime', 'before the departure', 'known'],
    ['tenure', 'number', 'at sign-up', 'later'],
    ['TotalCharges', 'number', 'at sign-up', 'later'],
    ['MonthlyCharges', 'number', 'at sign-up', 'known'],
    ['plan', 'category', 'at sign-up', 'known'],
    ['discharge_date', 'datetime', 'at discharge', 'known'],
    ['Wartezeit (min)', 'number', 'bei der Anmeldung im Krankenhaus', 'known'],
    ['Lieferzeit (Tage)', 'number', 'bevor das Paket das Lager verlässt', 'later'],
  ])('%s (%s), asked "%3$s", is as expected', (name, kind, moment, expected) => expect(later(name, kind, 'the answer', moment)).toBe(expected));
});
