/** Reads generated documents as values and as bytes and compares the records: `node scripts/compare-pages.ts [COUNT] [SEED]`. */
import { comparePages } from '../src/testing/compare-pages.ts';

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 1e9));
const { copied, refused, left } = comparePages(seed, count);
console.error(
  `${count} documents from seed ${seed} on: ${copied} with copied records equal to the parsed ones, ${left} left to the parser, ${refused} refused by both`,
);
if (copied < count / 2) throw new Error('Too few documents were read by copying their records.');
