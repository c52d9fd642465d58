import type { ColumnStatistics } from './reader-wire.ts';

export type PersonalShape = keyof ColumnStatistics['personalCounts'];

const email = /^[^\s@,;"]+@[^\s@,;"]+[.][A-Za-z]{2,}$/;
const phone = /^(?:[+]|00)[1-9][0-9 ().-]{6,18}[0-9]$|^[(]?[0-9]{3}[)]?[ .-][0-9]{3}[ .-][0-9]{4}$/;
const name =
  /^(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)[.]? )?\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}[.]?)*(?: (?:van|von|de|der|la|bin|al))*(?: \p{Lu}[\p{L}'’-]+){1,2}$|^\p{Lu}[\p{L}'’-]+, (?:(?:Mr|Mrs|Ms|Miss|Dr)[.]? )?\p{Lu}[\p{Ll}'’-]+.*$/u;
const address =
  /^[0-9]+[A-Za-z]?,? (?:\p{L}[\p{L}.'’-]* ){1,4}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl)[.,]?(?:\s.*)?$|^\p{L}[\p{L}. -]*(?:stra(?:ss|ß)e|str[.]|gasse|weg|platz|allee) ?[0-9]+[a-z]?(?:,.*)?$|^(?:calle|avenida|avda[.]?|plaza|paseo|c\/) .*[0-9]+.*$/iu;
const ipAddress = /^(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})[.]){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})$/;
const socialSecurity = /^(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}$/;
const spanishId = /^([0-9]{8})-?([A-Z])$/;
const SPANISH_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** What of one person a text looks like; numbers with check digits are checked, so that chance hardly passes. */
export function personalShapeOf(text: string): PersonalShape | undefined {
  if (email.test(text)) return 'email';
  if (ipAddress.test(text)) return 'ip-address';
  if (isNationalId(text)) return 'national-id';
  if (isCardNumber(text)) return 'card-number';
  if (isBankAccount(text)) return 'bank-account';
  if (phone.test(text)) return 'phone';
  if (address.test(text)) return 'address';
  return name.test(text) ? 'name' : undefined;
}

/** A social security number of the United States, or a Spanish identity number with its letter. */
function isNationalId(text: string): boolean {
  if (socialSecurity.test(text)) return true;
  const spanish = spanishId.exec(text);
  return spanish !== null && SPANISH_LETTERS[Number(spanish[1]) % 23] === spanish[2];
}

/** The check digit of payment cards (ISO/IEC 7812-1, Luhn's). */
function isCardNumber(text: string): boolean {
  if (!/^[0-9]{4}(?:[ -]?[0-9]{2,7}){2,4}$/.test(text)) return false;
  const digits = text.replaceAll(/[ -]/g, '');
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    sum += at % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}

/** An IBAN with its check digits (ISO 13616, modulo 97). */
function isBankAccount(text: string): boolean {
  const plain = text.replaceAll(' ', '');
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  let rest = 0;
  for (const sign of plain.slice(4) + plain.slice(0, 4))
    for (const digit of /[A-Z]/.test(sign) ? String(sign.charCodeAt(0) - 55) : sign) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}
