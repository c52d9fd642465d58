/** Time handed in by the engine. `nowMs` is monotonic and only good for differences; `wallIso` is the date for people. */
export type Clock = { nowMs(): number; wallIso(): string };
