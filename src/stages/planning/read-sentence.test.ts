import { describe, expect, it } from 'vitest';
import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { profileOf } from '../../../tests/fixtures/made-profile.ts';
import { strangerProfile, strangerTables } from '../../../tests/fixtures/stranger-tables.ts';
import { answerTarget, decideTarget } from './decide-target.ts';
import { readSentence } from './read-sentence.ts';

type TableName = keyof typeof strangerTables;

const request = (sentence: string, part: Partial<BuildRequest> = {}): BuildRequest => ({
  sentence,
  data: 'd.csv',
  testData: null,
  target: null,
  metric: null,
  positive: null,
  drop: [],
  keep: [],
  time: null,
  group: null,
  budgetMs: 60_000,
  name: null,
  seed: 0,
  threads: 2,
  isApproved: false,
  ...part,
});

/** `target`, `target = positive class`, `asks`, or the code of the refusal. */
function outcome(table: TableName, sentence: string, part: Partial<BuildRequest> = {}): string {
  const profile = strangerProfile(strangerTables[table]);
  try {
    const decision = decideTarget(request(sentence, part), readSentence(sentence, profile), profile);
    if (decision.kind === 'unclear') return 'asks';
    const { target, positive } = decision.reading;
    const named = target.kind === 'column' ? target.column : target.ahead ? `${target.text} after ${target.ahead.steps}` : target.text;
    return positive ? `${named} = ${positive.value}` : named;
  } catch (error) {
    if (error instanceof ModelwrightError) return error.code;
    throw error;
  }
}

describe('a sentence over a stranger’s table', () => {
  it.each<[TableName, string, string]>([
    ['airline', 'find the unhappy travellers', 'satisfaction = neutral or dissatisfied'],
    ['airline', 'will this passenger be satisfied with the flight?', 'satisfaction = satisfied'],
    ['credit', 'who will not pay next month?', 'asks'],
    ['australia', 'will it rain tomorrow in this town?', 'RainTomorrow = Yes'],
    ['hr', 'Predict attrition; missing a leaver costs us 5 times a false alarm', 'left = 1'],
    ['trips', 'how long will the taxi ride take?', 'trip_duration'],
    ['trips', 'predict dropoff_datetime', 'MW1206'],
    ['rooms', 'what should I charge per night?', 'price'],
    ['census', 'does somebody make over 50K a year', '"income" = \'>50K\' = yes'],
    ['payments', 'spot fraudulent transfers', 'isFraud = 1'],
    ['lieferungen', 'Welche Aufträge werden zu spät geliefert?', 'date_diff(\'day\', "Liefertermin", "Lieferdatum") > 0 = yes'],
    ['lieferungen', 'Wie viele Tage Verspätung hat eine Lieferung?', 'date_diff(\'day\', "Liefertermin", "Lieferdatum")'],
    ['games', 'How many copies will this game sell worldwide?', 'Global_Sales'],
    ['gym', 'predict cancelled using cancel_reason', 'cancelled = yes'],
    ['gym', 'premium or basic?', 'plan'],
    ['parking', 'which tickets will go unpaid?', 'paid = N'],
    ['parking', 'who will pay the fine', 'paid = Y'],
    ['hospital', 'how long will the patient stay', 'los_hours'],
    ['hospital', 'what will the visit cost', 'cost'],
    ['schule', 'Welche Schüler bleiben sitzen?', 'asks'],
    ['schule', 'Welche Note bekommt der Schüler in Mathe?', 'Mathenote'],
    ['schule', 'Wer wird nicht versetzt?', 'versetzt = nein'],
    ['inmuebles', '¿por cuánto se venderá el piso?', 'precio'],
    ['inmuebles', 'precio por metro cuadrado', '"precio" / "metros"'],
    ['football', 'does the home team win', 'asks'],
    ['survey', 'who votes left', '"vote" = \'left\' = yes'],
    ['survey', 'how will people vote', 'vote'],
    ['calls', 'will they wait more than 2 minutes', '"wait_seconds" > 120 = yes'],
    ['calls', 'predict the topic or whether it is resolved', 'asks'],
    ['calls', 'how satisfied will the caller be', 'csat'],
    ['fees', 'predict the fee or the tenure', 'asks'],
    ['titanic', 'Which passengers survived the sinking?', 'Survived = 1'],
    ['titanic', 'who will die on the ship', 'Survived = 0'],
    ['titanic', 'predict Survived', 'Survived = 1'],
    ['titanic', 'predict survived from age, sex and fare', 'Survived = 1'],
    ['titanic', 'how much did the passengers pay for their ticket?', 'Fare'],
    ['iris', 'which species is this flower', 'species'],
    ['iris', 'Is it a setosa, a versicolor or a virginica?', 'species'],
    ['iris', 'identify the iris flower', 'species'],
    ['boston', 'what is a house worth in this area?', 'MEDV'],
    ['boston', 'predict the median value of homes', 'MEDV'],
    ['california', 'estimate the house value of a district', 'median_house_value'],
    ['california', 'how expensive are the houses', 'median_house_value'],
    ['bank', 'will the client subscribe to a term deposit?', 'y = yes'],
    ['bank', 'which customers say yes to our campaign', 'y = yes'],
    ['bank', 'predict who will default', 'default = yes'],
    ['wine', 'how good is a wine?', 'quality'],
    ['wine', 'predict the quality of the wine', 'quality'],
    ['heart', 'which patients have heart disease?', 'target = 1'],
    ['heart', 'who is at risk of a heart attack', 'target = 1'],
    ['diabetes', 'does the patient have diabetes?', 'Outcome = 1'],
    ['diabetes', 'predict diabetes', 'Outcome = 1'],
    ['mushroom', 'Is this mushroom poisonous or can I eat it?', 'class'],
    ['penguins', 'predict the body mass of a penguin', 'body_mass_g'],
    ['penguins', 'which kind of penguin is it', 'species'],
    ['penguins', 'is the penguin male or female?', 'sex'],
    ['attrition', 'which employees will quit?', 'Attrition = Yes'],
    ['attrition', 'who is going to leave the company in the next six months', 'Attrition = Yes'],
    ['attrition', 'predict employee attrition, missing a leaver costs ten times more than a false alarm', 'Attrition = Yes'],
    ['fraud', 'spot fraudulent card payments', 'Class = 1'],
    ['fraud', 'catch fraud, I care about catching them all', 'Class = 1'],
    ['cancer', 'is the tumour malignant or benign?', 'diagnosis'],
    ['cancer', 'predict the diagnosis', 'diagnosis'],
    ['loan', 'should we approve the loan?', 'Loan_Status = Y'],
    ['loan', 'which loan applications will be approved', 'Loan_Status = Y'],
    ['insurance', 'predict the medical costs of a patient', 'charges'],
    ['insurance', 'who smokes?', 'smoker = yes'],
    ['insurance', 'how much will this person be charged', 'charges'],
    ['noshow', 'which patients will not show up to their appointment?', 'No-show = Yes'],
    ['noshow', 'predict no-shows', 'No-show = Yes'],
    ['noshow', 'who will attend the appointment', 'No-show = No'],
    ['hotel', 'will the booking be cancelled?', 'is_canceled = 1'],
    ['hotel', 'predict cancellations at booking time', 'is_canceled = 1'],
    ['promo', 'who should be promoted?', 'is_promoted = 1'],
    ['shoppers', 'which visitors will buy something?', 'Revenue = TRUE'],
    ['stroke', 'who will have a stroke', 'stroke = 1'],
    ['water', 'is the water safe to drink?', 'Potability = 1'],
    ['water', 'predict potability', 'Potability = 1'],
    ['flights', 'which flights will arrive more than 15 minutes late?', '"ARR_DELAY" > 15 = yes'],
    ['flights', 'how late will the flight arrive?', 'ARR_DELAY'],
    ['flights', 'will my flight be delayed, before the departure', 'asks'],
    ['flights', 'which flights are cancelled', 'CANCELLED = 1'],
    ['student', 'predict the final grade', 'G3'],
    ['student', 'predict G3', 'G3'],
    ['cars', 'how acceptable is the car', 'asks'],
    ['mpg', 'how many miles per gallon will the car do', 'mpg'],
    ['mpg', 'predict fuel consumption', 'mpg'],
    ['invoices', 'which invoices will be paid more than 30 days late?', '"days_late" > 30 = yes'],
    ['invoices', 'which invoices will be paid late', '"status" = \'LATE\' = yes'],
    ['invoices2', 'which invoices will be paid more than 30 days late?', 'date_diff(\'day\', "due_date", "paid_date") > 30 = yes'],
    ['invoices2', 'how many days late will the invoice be paid', 'date_diff(\'day\', "due_date", "paid_date")'],
    ['flats', 'price per square metre', '"price" / "square_metres"'],
    ['flats', 'predict the price per square metre of a flat', '"price" / "square_metres"'],
    ['flats', 'what will the flat sell for, without using the year built', 'price'],
    ['flats', 'does the flat have a balcony?', 'balcony = yes'],
    ['weather', 'will it rain tomorrow?', '"rain" after 1 = yes'],
    ['weather', "what is tomorrow's maximum temperature", '"temp_max" after 1'],
    ['weather', 'how much rain will fall tomorrow', 'asks'],
    ['kunden', 'Welche Kunden werden kündigen?', 'gekuendigt = ja'],
    ['kunden', 'Welche Kunden kündigen nicht?', 'gekuendigt = nein'],
    ['kunden', 'Wie hoch ist der Monatsbeitrag?', 'Monatsbeitrag'],
    ['clientes', '¿Qué clientes van a darse de baja?', 'abandono = si'],
    ['clientes', 'predecir el abandono de clientes', 'abandono = si'],
    ['clientes', 'which customers will churn?', 'abandono = si'],
    ['kunden', 'which customers will cancel?', 'gekuendigt = ja'],
    ['machines', 'which machines will fail in the next 7 days?', 'failure = 1'],
    ['machines', 'predict machine failure', 'failure = 1'],
    ['sales', 'forecast sales for the next 30 days', 'MW1213'],
    ['sales', 'predict the sales of a store', 'sales'],
    ['sales', 'how much will we sell tomorrow', '"sales" after 1'],
    ['sales', 'revenue for each of the next 12 months', 'MW1213'],
    ['houses_de', 'Was kostet das Haus?', 'asks'],
    ['houses_de', 'Schätze den Kaufpreis einer Immobilie ohne die PLZ', 'Kaufpreis'],
    ['houses_de', 'predict the price of the house', 'Kaufpreis'],
    ['telco', 'predict the blood pressure', 'asks'],
    ['telco', 'how many rows are there?', 'MW1217'],
    ['telco', 'group our customers into segments', 'MW1217'],
    ['telco', 'write me a poem', 'MW1217'],
    ['telco', 'predict chrun', 'Churn = Yes'],
    ['telco', 'customers who will not churn', 'Churn = No'],
    ['telco', 'which customers will cancel their contract? We can call 50 a week', 'Churn = Yes'],
    ['telco', 'predict the customer id', 'MW1206'],
    ['telco', 'predict churn at sign-up', 'Churn = Yes'],
    ['telco', 'predict the charges', 'asks'],
    ['telco', 'Use gender, tenure and MonthlyCharges to predict Churn', 'Churn = Yes'],
    ['telco', 'which customers will renew?', 'Churn = No'],
    ['telco', '', 'asks'],
    ['telco', 'predict', 'asks'],
    ['tickets', 'which team should handle the ticket?', 'team'],
    ['tickets', 'how urgent is a ticket', 'priority'],
    ['tickets', 'how long will it take to resolve a ticket', 'hours_to_resolve'],
    ['tickets', 'which tickets are urgent?', '"priority" = \'urgent\' = yes'],
    ['tickets', 'when will the ticket be resolved', 'hours_to_resolve'],
    ['orders', 'which orders will be sent back?', 'returned = yes'],
    ['orders', 'which orders will be returned, missing a return costs 20 euros, a false alarm 2', 'returned = yes'],
    ['orders', 'revenue of an order', 'asks'],
    ['readmit', 'which patients will come back within 30 days?', '"readmitted" = \'<30\' = yes'],
    ['readmit', 'will the patient be readmitted', '"readmitted" <> \'NO\' = yes'],
    ['claims', 'which claims are fraudulent', 'fraud_reported = Y'],
    ['claims', 'how large will the claim be', 'claim_amount'],
    ['claims', 'flag suspicious claims', 'fraud_reported = Y'],
  ])('%s: "%s" → %s', (table, sentence, expected) => expect(outcome(table, sentence)).toBe(expected));

  it.each<[TableName, string, Partial<ReturnType<typeof readSentence>>]>([
    [
      'attrition',
      'predict attrition, missing a leaver costs ten times more than a false alarm',
      { costs: expect.objectContaining({ value: { falsePositive: 1, falseNegative: 10 } }) },
    ],
    [
      'orders',
      'predict returned. A false alarm is 3 times as bad as missing a return.',
      { costs: expect.objectContaining({ value: { falsePositive: 3, falseNegative: 1 } }) },
    ],
    [
      'telco',
      'who will churn? Missing a leaver costs $50, a needless offer $5.',
      { costs: expect.objectContaining({ value: { falsePositive: 5, falseNegative: 50 } }) },
    ],
    ['telco', 'who will churn? We can call 50 a week.', { capacity: expect.objectContaining({ value: 50 }) }],
    ['telco', 'who will churn, our team can only contact 200 customers a month', { capacity: expect.objectContaining({ value: 200 }) }],
    ['fraud', 'find the fraud; I care about catching them all', { judgement: expect.objectContaining({ value: 'find-all' }) }],
    ['boston', 'predict MEDV, large errors hurt most', { judgement: expect.objectContaining({ value: 'large-errors' }) }],
    ['boston', 'predict MEDV; what matters is the typical error in dollars', { judgement: expect.objectContaining({ value: 'typical-error' }) }],
    ['boston', 'predict MEDV with a small relative error', { judgement: expect.objectContaining({ value: 'relative-error' }) }],
    ['telco', 'rank the customers by how likely they are to churn', { judgement: expect.objectContaining({ value: 'ranking' }) }],
    ['telco', 'predict churn at sign-up', { moment: expect.objectContaining({ value: 'at sign-up' }) }],
    ['flights', 'will the flight be cancelled, asked before the departure', { moment: expect.objectContaining({ value: 'before the departure' }) }],
    ['insurance', 'predict charges without using bmi and region', { without: expect.objectContaining({ value: ['bmi', 'region'] }) }],
    ['insurance', 'predict charges, ignore the region', { without: expect.objectContaining({ value: ['region'] }) }],
    ['houses_de', 'Schätze den Kaufpreis ohne die PLZ', { without: expect.objectContaining({ value: ['PLZ'] }) }],
    ['weather', 'will it rain tomorrow?', { time: expect.objectContaining({ value: 'date' }) }],
  ])('%s: "%s" says more than a target', (table, sentence, expected) => {
    expect(readSentence(sentence, strangerProfile(strangerTables[table]))).toMatchObject(expected);
  });

  it('is read with the surest reading first, each with a reason', () => {
    const { readings } = readSentence('predict the charges', strangerProfile(strangerTables.telco));
    const certainties = readings.map(({ certainty }) => certainty);
    expect(certainties).toEqual(certainties.toSorted((a, b) => b - a));
    expect(readings.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  it('that is unclear is asked about with its readings as choices, and refused with an option for each', () => {
    const profile = strangerProfile(strangerTables.telco);
    const sentence = readSentence('predict the charges', profile);
    const decision = decideTarget(request('predict the charges'), sentence, profile);
    if (decision.kind !== 'unclear') throw new Error('it was settled');
    expect(decision.question.choices.map(({ value }) => value)).toEqual(['MonthlyCharges', 'TotalCharges']);
    expect(decision.refusal.choices.map(({ option }) => option)).toEqual(['--target MonthlyCharges', '--target TotalCharges']);
    expect(answerTarget('TotalCharges', sentence, profile)).toMatchObject({ target: { kind: 'column', column: 'TotalCharges' }, certainty: 1 });
    expect(answerTarget('tenure', sentence, profile)).toMatchObject({ target: { kind: 'column', column: 'tenure' } });
  });

  it('offers a value of a later row in a form that --target takes back', () => {
    const profile = strangerProfile(strangerTables.weather);
    const decision = decideTarget(request('how much rain will fall tomorrow'), readSentence('how much rain will fall tomorrow', profile), profile);
    if (decision.kind !== 'unclear') throw new Error('it was settled');
    const [{ value }] = decision.question.choices;
    expect(outcome('weather', 'whatever', { target: value })).toBe('"rainfall_mm" after 1');
  });

  it('with --yes takes a reading that is only likely, and still refuses where two are close', () => {
    expect(outcome('loan', 'which loan applications will be approved', { isApproved: true })).toBe('Loan_Status = Y');
    expect(outcome('telco', 'predict the charges', { isApproved: true })).toBe('asks');
  });

  it('is not needed where --target names a column or an expression', () => {
    expect(outcome('telco', '', { target: 'churn' })).toBe('Churn = Yes');
    expect(outcome('telco', 'who will not churn', { target: 'Churn' })).toBe('Churn = No');
    expect(outcome('telco', '', { target: '"MonthlyCharges" > 70' })).toBe('"MonthlyCharges" > 70');
    expect(outcome('telco', '', { target: 'Chrun' })).toBe('MW1203');
  });

  it.each(['Y', 'y'])('beside Y and y means the one that is written so: %s', (name) => {
    const profile = profileOf(['Y', 'a', 'y'].map((column) => ({ name: column, kind: 'number' })));
    expect(readSentence(`predict ${name}`, profile).readings.map(({ target }) => target)).toEqual([{ kind: 'column', column: name }]);
    expect(decideTarget(request('', { target: `${name} > 3` }), readSentence('', profile), profile)).toMatchObject({
      reading: { target: { kind: 'derived', sources: [name] } },
    });
  });

  it.each(['given from each of the '.repeat(450), '((((('.repeat(2000), 'a'.repeat(10_000), '😀 предсказать 预测', 'more than than than 5 5 5 per per per'])(
    'of any kind is read without a crash or a wait (%#)',
    (sentence) => {
      expect(() => readSentence(sentence, strangerProfile(strangerTables.bank))).not.toThrow();
    },
  );
});
