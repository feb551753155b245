export { callValue, getAttribute, getItem } from './access.ts';
export { absolute, add, divide, floorDivide, modulo, multiply, negate, positive, power, subtract } from './arithmetic.ts';
export { compare, contains, equals, numberOf, type Ordering, same, truth } from './comparison.ts';
export { indexOf, iterate, length, slice, toList } from './sequence.ts';
export { hashKey, typeName } from './values.ts';
