import { excerptOf } from '../lib/excerpt.ts';
import type { HttpResponse } from './http.ts';

const LONGEST_EXCERPT = 100;

/**
 * Says that a text is not what it should be, with the type that the response states and, unless that is hidden, how it begins: the end of a
 * sentence on it.
 */
export function notA(format: string, text: string, redact: (text: string) => string, response?: HttpResponse): string {
  const type = response === undefined ? '' : ` (${response.headers.get('content-type') ?? 'without Content-Type'})`;
  if (response?.request.hidesAnswer) return `is not ${format}${type}`;
  return `is not ${format}${type}: ${JSON.stringify(excerptOf(text, LONGEST_EXCERPT, redact))}`;
}
