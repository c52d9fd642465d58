/**
 * AIVSS, the score of a threat to an agentic system, by version. The versions give the same facts very different numbers, so a score is never
 * shown without its version, formula and inputs. Scores are ordinal: they are compared by band and never averaged.
 */
import { toOneDecimal } from './cvss4.ts';

/**
 * `v0.8`: OWASP, 19 March 2026, sections 2.2 and 3.3 to 3.5; the headline.
 * `v1-floor`: the amendment proposed to it in April 2026, by which no mitigation brings a score below its CVSS base.
 * `v0.5`: OWASP, 2025, sections 3.1 and 4.1; superseded, kept as history.
 */
export type AivssVersion = 'v0.8' | 'v1-floor' | 'v0.5';

export const aivssFormulas: Record<AivssVersion, string> = {
  'v0.8': '(base + (10 − base) × factors ÷ 10 × threat) × mitigation',
  'v1-floor': 'base + (10 − base) × factors ÷ 10 × threat × mitigation',
  'v0.5': '(base + factors) ÷ 2 × threat',
};

/** Threat multiplier of v0.8 and v0.5 where a proof of concept is public: the default of both, and what is assumed of every threat here. */
export const PROOF_OF_CONCEPT = 0.97;

/** v0.8, section 3.5. Strong: validated, consistently enforceable, fail-closed. Partial: incomplete or not validated. */
export const mitigationFactors = { strong: 0.67, partial: 0.83, none: 1 } as const;
export type Mitigation = keyof typeof mitigationFactors;

export type Band = 'critical' | 'high' | 'medium' | 'low' | 'none';

export const bandOf = (score: number): Band => (score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : score > 0 ? 'low' : 'none');

/** `base`: CVSS 4.0, 0 to 10. `factorSum`: the ten agentic factors, 0 to 10. `threat` and `mitigation`: multipliers. */
export type AivssInputs = { base: number; factorSum: number; threat: number; mitigation: number };

export type AivssScore = { version: AivssVersion; formula: string; inputs: AivssInputs; raw: number; score: number; band: Band };

export function scoreAivss(version: AivssVersion, inputs: AivssInputs): AivssScore {
  const raw = rawScore(version, inputs);
  const score = toOneDecimal(raw);
  return { version, formula: aivssFormulas[version], inputs, raw, score, band: bandOf(score) };
}

/** What agency adds to the CVSS base, by v0.8: AARS. */
export const agenticUplift = ({ base, factorSum, threat }: Omit<AivssInputs, 'mitigation'>): number => (10 - base) * (factorSum / 10) * threat;

function rawScore(version: AivssVersion, inputs: AivssInputs): number {
  const { base, factorSum, threat, mitigation } = inputs;
  switch (version) {
    case 'v0.8':
      return (base + agenticUplift(inputs)) * mitigation;
    case 'v1-floor':
      return base + agenticUplift(inputs) * mitigation;
    case 'v0.5':
      return ((base + factorSum) / 2) * threat;
  }
}
