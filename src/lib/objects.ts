/** Whether the value is an object of keys and values, as JSON gives it, rather than an array or an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The own property of that name, undefined when there is none; never anything of the prototype. */
export function ownProperty<T>(object: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Sets an own property, also for names such as `__proto__` that assignment would treat differently. */
export function setOwnProperty<T>(object: { [name: string]: T }, name: string, value: T): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

/**
 * The same name as V8 keeps it for properties. A text that was cut out of another one is looked up each time that it names a property, and code that does
 * so is optimised for the name that was looked up, thrown away when the text turns out to be another object, and optimised again without end.
 */
export function asPropertyName(name: string): string {
  return Object.keys({ [name]: undefined })[0] as string;
}
