import { floatText } from '../lib/json.ts';
import { makeFloat, PythonError, PythonObject, type Value } from './values.ts';

/** A complex number: what a negative float to a fractional power gives. */
export class Complex extends PythonObject {
  readonly typeName = 'complex';
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    super();
    this.real = real;
    this.imaginary = imaginary;
  }

  override attribute(name: string): Value | undefined {
    if (name === 'real') return makeFloat(this.real);
    return name === 'imag' ? makeFloat(this.imaginary) : undefined;
  }

  override repr(): string {
    const imaginary = `${shortText(this.imaginary)}j`;
    if (Object.is(this.real, 0)) return imaginary;
    const sign = imaginary.startsWith('-') ? '' : '+';
    return `(${shortText(this.real)}${sign}${imaginary})`;
  }

  override truth(): boolean {
    return this.real !== 0 || this.imaginary !== 0;
  }

  override equals(other: Value): boolean {
    return other instanceof Complex && other.real === this.real && other.imaginary === this.imaginary;
  }

  add(other: Complex): Complex {
    return new Complex(this.real + other.real, this.imaginary + other.imaginary);
  }

  subtract(other: Complex): Complex {
    return new Complex(this.real - other.real, this.imaginary - other.imaginary);
  }

  multiply(other: Complex): Complex {
    return new Complex(
      this.real * other.real - this.imaginary * other.imaginary,
      this.real * other.imaginary + this.imaginary * other.real,
    );
  }

  /** The quotient; raises ZeroDivisionError. */
  // parity: CPython Objects/complexobject.c:_Py_c_quot
  divide(other: Complex): Complex {
    if (!other.truth()) throw new PythonError('ZeroDivisionError', 'complex division by zero');
    if (Math.abs(other.real) >= Math.abs(other.imaginary)) {
      const ratio = other.imaginary / other.real;
      const divisor = other.real + other.imaginary * ratio;
      return new Complex((this.real + this.imaginary * ratio) / divisor, (this.imaginary - this.real * ratio) / divisor);
    }
    const ratio = other.real / other.imaginary;
    const divisor = other.real * ratio + other.imaginary;
    return new Complex((this.real * ratio + this.imaginary) / divisor, (this.imaginary * ratio - this.real) / divisor);
  }

  negate(): Complex {
    return new Complex(-this.real, -this.imaginary);
  }
}

function shortText(value: number): string {
  return floatText(value).replace(/\.0$/, '');
}

/** `base ** exponent`; raises ZeroDivisionError for a power of zero, OverflowError. */
// parity: CPython Objects/complexobject.c:_Py_c_pow
export function complexPower(base: Complex, exponent: Complex): Complex {
  if (!exponent.truth()) return new Complex(1, 0);
  if (!base.truth()) {
    if (exponent.imaginary !== 0 || exponent.real < 0) throw new PythonError('ZeroDivisionError', '0.0 to a negative or complex power');
    return new Complex(0, 0);
  }
  const size = Math.hypot(base.real, base.imaginary);
  const angle = Math.atan2(base.imaginary, base.real);
  let length = size ** exponent.real;
  let phase = angle * exponent.real;
  if (exponent.imaginary !== 0) {
    length /= Math.exp(angle * exponent.imaginary);
    phase += exponent.imaginary * Math.log(size);
  }
  const power = new Complex(length * Math.cos(phase), length * Math.sin(phase));
  if (Number.isFinite(length) || !Number.isFinite(size)) return power;
  throw new PythonError('OverflowError', 'complex exponentiation');
}
