import { describe, expect, it } from 'vitest';
import { closestNames, didYouMean } from './closest-names.ts';

describe('names that were probably meant', () => {
  it.each([
    ['Chrun', 'Churn'],
    ['rocauc', 'roc_auc'],
    ['ROC-AUC', 'roc_auc'],
    ['total charges', 'TotalCharges'],
    ['charges', 'TotalCharges'],
    ['log-los', 'log_loss'],
  ])('finds for %s: %s', (wanted, meant) => {
    expect(closestNames(wanted, ['tenure', 'Churn', 'roc_auc', 'TotalCharges', 'log_loss', 'x'])[0]).toBe(meant);
  });

  it('finds none where nothing is close', () => {
    expect(closestNames('colour', ['tenure', 'Churn', 'x', 'id'])).toEqual([]);
    expect(closestNames('', ['a'])).toEqual([]);
  });

  it('says so in a hint, or says nothing', () => {
    expect(didYouMean('Chrun', ['Churn', 'age'])).toBe('Did you mean "Churn"? ');
    expect(didYouMean('colour', ['Churn'])).toBe('');
  });
});
