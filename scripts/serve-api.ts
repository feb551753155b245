/** Serves the analytics API that the bundled connector is made for: `npm run api [PORT]`, until it is interrupted. */
import { startAnalyticsApi } from '../src/testing/analytics-api.ts';

const port = Number(process.argv[2] ?? 8099);
const api = await startAnalyticsApi({ port, rows: 36_500, resources: 1_200, seed: 1 });
process.stderr.write(`The analytics API of integration_tests/config.json listens on ${api.url} (Ctrl-C ends it).\n`);
