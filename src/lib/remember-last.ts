/** The same function, which computes nothing anew while its first argument stays the same; what it throws is not remembered. */
export function rememberLast<Rest extends readonly unknown[], Result>(
  compute: (key: string, ...rest: Rest) => Result,
): (key: string, ...rest: Rest) => Result {
  let last: { readonly key: string; readonly result: Result } | undefined;
  return (key, ...rest) => {
    if (last?.key !== key) last = { key, result: compute(key, ...rest) };
    return last.result;
  };
}
