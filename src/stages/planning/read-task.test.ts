import { describe, expect, it } from 'vitest';
import type { ColumnKind } from '../../domain/column.ts';
import { profileOf, type MadeColumn } from '../../../tests/fixtures/made-profile.ts';
import { readTask, settledReading } from './read-task.ts';

const read = (sentence: string, columns: MadeColumn[]) => readTask(sentence, profileOf(columns));
const settled = (sentence: string, columns: MadeColumn[]) => settledReading(read(sentence, columns))?.target ?? 'asked';
const numbers = (...names: string[]): MadeColumn[] => names.map((name) => ({ name, kind: 'number' }));
const column = (name: string, kind: ColumnKind, values: string[] = []): MadeColumn => ({ name, kind, values });

describe('a sentence', () => {
  it.each<[string, MadeColumn[], string]>([
    [
      'I want to know which customers are about to leave us, so that we can call them first.',
      [
        column('customerID', 'identifier'),
        ...numbers('tenure', 'MonthlyCharges'),
        column('Contract', 'category', ['Two year']),
        column('Churn', 'category', ['No', 'Yes']),
      ],
      'Churn',
    ],
    [
      'Tell me from census answers who earns more than fifty thousand dollars a year.',
      [...numbers('age', 'capital-gain'), column('income >50K', 'category', ['0', '1'])],
      'income >50K',
    ],
    [
      'Estimate what a house will sell for from its description.',
      [...numbers('Order', 'area', 'price'), column('House.Style', 'category', ['1Story'])],
      'price',
    ],
    ['What should we ask for a diamond of this size and quality?', [...numbers('carat', 'price', 'x', 'y'), column('cut', 'category', ['Ideal'])], 'price'],
    ['How strong will this concrete mix be after so many days?', numbers('cement', 'water', 'age', 'strength'), 'strength'],
    ['Flag the text messages that are junk.', [column('label', 'category', ['ham', 'spam']), column('text', 'text')], 'label'],
    [
      'Quote the fare of a taxi ride before it starts, from its distance and expected time.',
      numbers('trip_distance', 'trip_time', 'fare_amount'),
      'fare_amount',
    ],
    ['How many bikes will be out on the street in each coming hour?', numbers('hour', 'temp', 'cnt'), 'cnt'],
    [
      'Which loan applicants are likely not to pay us back?',
      [...numbers('months_loan_duration', 'amount'), column('default', 'category', ['1', '2'])],
      'default',
    ],
    [
      'After a crash, who in the car is most likely to have been killed, given the belt, the airbag and the speed?',
      [column('dead', 'category', ['alive', 'dead']), column('airbag', 'category', ['none', 'airbag']), column('seatbelt', 'category', ['belted'])],
      'dead',
    ],
    [
      'Our firewall logs every connection. Tell normal traffic from attacks, and say which attack it is.',
      [...numbers('bytes'), column('label', 'category', ['normal.', 'smurf.'])],
      'label',
    ],
    ['Read the capital letter from the measurements of its picture.', [column('letter', 'category', ['A', 'B']), ...numbers('xbox', 'width')], 'letter'],
    [
      'How much will Medicare pay a hospital for a case of this diagnosis in this state?',
      [
        column('DRG Definition', 'category', ['HEART FAILURE']),
        column('Provider State', 'category', ['CA']),
        ...numbers('Average Covered Charges', 'Average Medicare Payments'),
      ],
      'Average Medicare Payments',
    ],
    [
      'How many people will ride with us on each of the next 28 days?',
      [column('day_type', 'category', ['W']), ...numbers('bus', 'total_rides')],
      'total_rides',
    ],
    ['predict TotalCharges', numbers('MonthlyCharges', 'TotalCharges'), 'TotalCharges'],
    ['PREDICT Überschuss', numbers('Umsatz', 'Überschuss'), 'Überschuss'],
  ])('"%s" is understood', (sentence, columns, target) => expect(settled(sentence, columns)).toBe(target));

  it.each<[string, MadeColumn[]]>([
    [
      'Guess whether a comic character is a hero, a villain or in between.',
      [column('align', 'category', ['Good', 'Bad']), column('eye', 'category', ['Blue']), ...numbers('appearances')],
    ],
    [
      'Route every new issue to the right team from its title and description.',
      [column('Area', 'category', ['System.Net']), column('Title', 'text'), column('Description', 'text')],
    ],
    [
      'How many homes will change hands in each of our towns in each of the next six months?',
      [column('city', 'category', ['Abilene']), ...numbers('month', 'sales', 'volume')],
    ],
    ['predict the price', numbers('list price', 'sale price')],
    ['what will happen next?', numbers('a', 'b')],
    ['', numbers('a', 'b')],
    ['   …   ', numbers('a', 'b')],
    ['from price and size', numbers('price', 'size')],
  ])('"%s" is asked about, not guessed', (sentence, columns) => expect(settled(sentence, columns)).toBe('asked'));

  it.each<[string, MadeColumn[]]>([
    ['which message is spam', [column('message', 'text'), column('kind', 'category', ['ham', 'spam'])]],
    ['when will the order arrive', [column('order arrive', 'datetime'), ...numbers('weight')]],
    ['find the customer id', [column('customer id', 'identifier'), ...numbers('age')]],
    ['predict the country', [column('country', 'constant'), ...numbers('age')]],
  ])('"%s" never means a column that cannot be predicted', (sentence, columns) => {
    const impossible = columns.filter(({ kind }) => kind !== 'number' && kind !== 'category').map(({ name }) => name);
    expect(
      read(sentence, columns)
        .map(({ target }) => target)
        .filter((target) => impossible.includes(target)),
    ).toEqual([]);
  });

  it('is read with the surest reading first, each with a reason', () => {
    const readings = read('predict the fare amount', [...numbers('fare_amount', 'tip_amount'), column('payment', 'category', ['amount due'])]);
    expect(readings[0].target).toBe('fare_amount');
    expect(readings.map(({ certainty }) => certainty)).toEqual(readings.map(({ certainty }) => certainty).toSorted((a, b) => b - a));
    expect(readings.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  it('of ten thousand characters is read at once', () => {
    const startMs = performance.now();
    read('given from each of the '.repeat(450), numbers(...Array.from({ length: 200 }, (_, at) => `column ${at}`)));
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});
