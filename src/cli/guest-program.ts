import { fileURLToPath } from 'node:url';

/** Where the program of the process for custom components lies, and what it consists of; the bundle has a file of its own for it. */
export const guestProgram = {
  file: fileURLToPath(new URL('./code-guest.ts', import.meta.url)),
  parts: [fileURLToPath(new URL('../*', import.meta.url)), fileURLToPath(new URL('../../package.json', import.meta.url))],
};
