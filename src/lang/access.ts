import { CalendarDate, ClockTime, DateTime, Delta, Duration, Zone } from '../lib/time/index.ts';
import { formatBraces } from './braces.ts';
import { codePointAt } from './code-points.ts';
import { DictView } from './dict-view.ts';
import { dictGet, plainGet } from './dicts.ts';
import { bytesMembers } from './methods/bytes.ts';
import { dictMembers, hostMappingMembers, viewMembers } from './methods/dict.ts';
import { listMembers, tupleMembers } from './methods/list.ts';
import type { Members } from './methods/method.ts';
import { floatMembers, intMembers } from './methods/number.ts';
import { setMembers } from './methods/set.ts';
import { strMembers } from './methods/str.ts';
import { clockMembers, dateMembers, dateTimeMembers, deltaMembers, durationMembers, zoneMembers } from './methods/time.ts';
import { indexOf } from './sequence.ts';
import {
  BoundMethod,
  Callable,
  Float,
  HostMapping,
  hashKey,
  isDict,
  isPlainDict,
  type Keywords,
  NamedTuple,
  NO_KEYWORDS,
  PySet,
  PythonError,
  PythonObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** `value.name` of a template: the Python attribute, then the item, undefined without either; private attributes are unsafe. */
// parity: jinja2/sandbox.py:SandboxedEnvironment.getattr
export function getAttribute(value: Value, name: string): Value {
  if (isPlainDict(value) && !isAttributeOfDict(name)) return orUndefined(plainGet(value, name), value, name);
  const attribute = safeAttribute(value, name);
  if (attribute !== undefined) return attribute;
  return orUndefined(itemOf(value, name), value, name);
}

/** The value found, which may be None, or Jinja's undefined one. */
function orUndefined(found: Value | undefined, owner: Value, name: Value): Value {
  return found === undefined ? new Undefined(name, owner) : found;
}

/** `value[key]` of a template: the item, then for a text the Python attribute, undefined without either. */
// parity: jinja2/sandbox.py:SandboxedEnvironment.getitem
export function getItem(value: Value, key: Value): Value {
  if (typeof key === 'string' && isPlainDict(value)) {
    const item = plainGet(value, key);
    if (item !== undefined) return item;
  }
  const item = itemOf(value, key);
  if (item !== undefined) return item;
  const attribute = typeof key === 'string' ? safeAttribute(value, key) : undefined;
  return attribute ?? new Undefined(key, value);
}

/** Calls a value; raises TypeError for what cannot be called, UndefinedError for undefined. */
export function callValue(value: Value, args: Value[], keywords: Keywords = NO_KEYWORDS): Value {
  if (value instanceof Callable) return value.call(args, keywords);
  if (value instanceof Undefined) return value.fail();
  throw new PythonError('TypeError', `'${typeName(value)}' object is not callable`);
}

function isAttributeOfDict(name: string): boolean {
  return dictMembers.methods.has(name) || name.startsWith('__');
}

/** The attribute that a template may see, an unsafe undefined in place of a private one; undefined when there is none of that name. */
function safeAttribute(value: Value, name: string): Value | undefined {
  if (name.startsWith('_') && hasPrivateAttribute(value, name)) return unsafe(value, name);
  if (value instanceof Undefined) return value.fail();
  return attributeOf(value, name);
}

function unsafe(value: Value, name: string): Undefined {
  const hint = `access to attribute '${name}' of '${typeName(value)}' object is unsafe.`;
  return new Undefined(name, value, hint, 'SecurityError');
}

const OBJECT_ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    '__class__ __delattr__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ __getstate__ __gt__ __hash__ __init__ ' +
    '__init_subclass__ __le__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__ __repr__ __setattr__ __sizeof__ __str__ __subclasshook__'
  ).split(' '),
);
const ARITHMETIC = '__add__ __mod__ __mul__ __rmod__ __rmul__';
const NUMERIC = `${ARITHMETIC} __abs__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ __int__ __neg__ __pos__ __pow__ __radd__ __rdivmod__ __rfloordiv__ __round__ __rpow__ __rsub__ __rtruediv__ __sub__ __truediv__ __trunc__`;
const CONTAINER = '__class_getitem__ __contains__ __iter__ __len__';

/** The private attributes that each type has beside those of every object. */
const PRIVATE_ATTRIBUTES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    str: `${ARITHMETIC} __contains__ __getitem__ __getnewargs__ __iter__ __len__`,
    bytes: `${ARITHMETIC} __bytes__ __contains__ __getitem__ __getnewargs__ __iter__ __len__`,
    int: `${NUMERIC} __and__ __index__ __invert__ __lshift__ __or__ __rand__ __rlshift__ __ror__ __rrshift__ __rshift__ __rxor__ __xor__`,
    bool: `${NUMERIC} __and__ __index__ __invert__ __lshift__ __or__ __rand__ __rlshift__ __ror__ __rrshift__ __rshift__ __rxor__ __xor__`,
    float: `${NUMERIC} __getformat__`,
    list: `${CONTAINER} __add__ __delitem__ __getitem__ __iadd__ __imul__ __mul__ __reversed__ __rmul__ __setitem__`,
    tuple: `${CONTAINER} __add__ __getitem__ __getnewargs__ __mul__ __rmul__`,
    dict: `${CONTAINER} __delitem__ __getitem__ __ior__ __or__ __reversed__ __ror__ __setitem__`,
    set: `${CONTAINER} __and__ __iand__ __ior__ __isub__ __ixor__ __or__ __rand__ __ror__ __rsub__ __rxor__ __sub__ __xor__`,
    NoneType: '__bool__',
    generator: '__del__ __iter__ __name__ __next__ __qualname__',
    builtin_function_or_method: '__call__ __module__ __name__ __qualname__ __self__ __text_signature__',
    Undefined: '_undefined_hint _undefined_obj _undefined_name _undefined_exception _undefined_message _fail_with_undefined_error',
  }).map(([type, names]) => [type, new Set(names.split(' '))] as const),
);

function hasPrivateAttribute(value: Value, name: string): boolean {
  return OBJECT_ATTRIBUTES.has(name) || (PRIVATE_ATTRIBUTES.get(typeName(value))?.has(name) ?? false);
}

/** The Python attribute of a value: a property, a bound method, what an object of the engine answers. */
function attributeOf(value: Value, name: string): Value | undefined {
  if (value instanceof PythonObject) {
    const own = value.attribute(name);
    if (own !== undefined) return name.startsWith('_') && name !== '_partition' ? unsafe(value, name) : own;
  }
  if (typeof value === 'string' && name.startsWith('format')) return formatMethod(value, name);
  if (value instanceof NamedTuple) {
    const index = value.fields.indexOf(name);
    if (index >= 0) return value[index];
  }
  if (value instanceof DictView && value.kind === 'values') return undefined;
  const members = membersOf(value);
  return members && memberOf(members, value, name);
}

function memberOf(members: Members<Value>, value: Value, name: string): Value | undefined {
  const method = members.methods.get(name);
  if (method) return new BoundMethod(value, name, (args, keywords) => method(value, args, keywords));
  return members.properties?.get(name)?.(value);
}

function membersOf(value: Value): Members<Value> | undefined {
  return membersByType(value) as Members<Value> | undefined;
}

function membersByType(value: Value): Members<never> | undefined {
  switch (typeof value) {
    case 'string':
      return strMembers;
    case 'number':
      return Number.isInteger(value) ? intMembers : floatMembers;
    case 'bigint':
    case 'boolean':
      return intMembers;
    default:
      return value === null ? undefined : membersOfObject(value);
  }
}

const CLASS_MEMBERS: readonly (readonly [abstract new (...args: never) => object, Members<never>])[] = [
  [Tuple, tupleMembers],
  [Array, listMembers],
  [HostMapping, hostMappingMembers],
  [DictView, viewMembers],
  [Float, floatMembers],
  [PySet, setMembers],
  [Uint8Array, bytesMembers],
  [DateTime, dateTimeMembers],
  [Delta, deltaMembers],
  [CalendarDate, dateMembers],
  [ClockTime, clockMembers],
  [Duration, durationMembers],
];

function membersOfObject(value: object & Value): Members<never> | undefined {
  if (isDict(value)) return dictMembers;
  if (value instanceof Zone) return zoneMembers;
  for (const [type, members] of CLASS_MEMBERS) if (value instanceof type) return members;
  return undefined;
}

/** The item under a key, undefined where Python raises TypeError or LookupError; raises UndefinedError for undefined. */
function itemOf(value: Value, key: Value): Value | undefined {
  if (isDict(value)) return isHashable(key) ? dictGet(value, key) : undefined;
  if (Array.isArray(value) || value instanceof Uint8Array) {
    const index = indexOf(key);
    return index === undefined ? undefined : value.at(index);
  }
  if (typeof value === 'string') {
    const index = indexOf(key);
    return index === undefined ? undefined : codePointAt(value, index);
  }
  if (value instanceof Undefined) return value.fail();
  return value instanceof PythonObject ? value.item(key) : undefined;
}

function isHashable(key: Value): boolean {
  if (typeof key !== 'object') return true;
  try {
    hashKey(key);
    return true;
  } catch (error) {
    if (error instanceof PythonError && error.type === 'TypeError') return false;
    throw error;
  }
}

// parity: jinja2/sandbox.py:SandboxedEnvironment.wrap_str_format
function formatMethod(text: string, name: string): Value | undefined {
  if (name === 'format') return new Callable(name, (args, keywords) => format(text, args, (key) => keywords.get(key)));
  if (name !== 'format_map') return undefined;
  return new Callable(name, (args, keywords) => {
    if (keywords.size > 0) throw new PythonError('TypeError', 'format_map() takes no keyword arguments');
    if (args.length !== 1) throw new PythonError('TypeError', `format_map() takes exactly one argument (${args.length} given)`);
    return format(text, [], (key) => mappingItem(args[0] as Value, key));
  });
}

function mappingItem(mapping: Value, key: string): Value | undefined {
  if (isDict(mapping)) return dictGet(mapping, key);
  if (mapping instanceof HostMapping) return mapping.get(key);
  if (mapping instanceof Undefined) return mapping.fail();
  throw new PythonError('TypeError', `'${typeName(mapping)}' object is not subscriptable by text`);
}

function format(text: string, args: readonly Value[], name: (key: string) => Value | undefined): string {
  return formatBraces(text, { position: (index) => args[index], name, attribute: getAttribute, item: getItem });
}
