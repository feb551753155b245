export { roundDouble } from './decimals.ts';
export { formatValue } from './format-spec.ts';
export { capitalizeText, titleText } from './methods/str.ts';
export { parseFloatText, parseIntText } from './numbers.ts';
export { formatPercent } from './percent.ts';
export { ascii, repr, reprText, str } from './repr.ts';
