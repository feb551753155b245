/** An exact decimal number, as isodate keeps months and years; only what durations need of Python's Decimal. Immutable. */
export class Decimal {
  /** The digits without the point, with the sign. */
  readonly digits: bigint;
  /** How many of the digits stand behind the point. */
  readonly places: number;

  static readonly zero = new Decimal(0n, 0);

  constructor(digits: bigint, places: number) {
    this.digits = digits;
    this.places = places;
  }

  /** Takes digits with at most one point. */
  static parse(text: string): Decimal {
    const [whole = '', fraction = ''] = text.split('.');
    return new Decimal(BigInt(whole + fraction), fraction.length);
  }

  isZero(): boolean {
    return this.digits === 0n;
  }

  isInteger(): boolean {
    return this.digits % 10n ** BigInt(this.places) === 0n;
  }

  /** The part before the point. */
  truncate(): bigint {
    return this.digits / 10n ** BigInt(this.places);
  }

  negate(): Decimal {
    return new Decimal(-this.digits, this.places);
  }

  add(other: Decimal): Decimal {
    const places = Math.max(this.places, other.places);
    return new Decimal(this.#scaled(places) + other.#scaled(places), places);
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negate());
  }

  multiply(factor: bigint): Decimal {
    return new Decimal(this.digits * factor, this.places);
  }

  compare(other: Decimal): number {
    const difference = this.subtract(other).digits;
    return difference < 0n ? -1 : Number(difference > 0n);
  }

  toNumber(): number {
    return Number(this.toString());
  }

  /** Python's str: every digit behind the point, `1E-7` for very small numbers. */
  toString(): string {
    const sign = this.digits < 0n ? '-' : '';
    const digits = (this.digits < 0n ? -this.digits : this.digits).toString();
    const exponent = digits.length - 1 - this.places;
    if (this.places > 0 && exponent < -6) {
      const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
      return `${sign}${digits[0]}${fraction}E${exponent}`;
    }
    if (this.places === 0) return sign + digits;
    const padded = digits.padStart(this.places + 1, '0');
    return `${sign}${padded.slice(0, -this.places)}.${padded.slice(-this.places)}`;
  }

  /** Python's repr: `Decimal('1.5')`. */
  repr(): string {
    return `Decimal('${this}')`;
  }

  #scaled(places: number): bigint {
    return this.digits * 10n ** BigInt(places - this.places);
  }
}
