/** The parts of undici that requests need: its whole takes far longer to load. */
export { default as buildConnector } from 'undici/lib/core/connect.js';
export { default as symbols } from 'undici/lib/core/symbols.js';
export { default as Client } from 'undici/lib/dispatcher/client.js';
