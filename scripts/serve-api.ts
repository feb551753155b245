/**
 * Serves an API to try the connector on, until it is interrupted: `npm run api [-- PORT]` the one that the bundled connector is made for,
 * `npm run api -- paging [PORT]` one that gives the same posts by every way of paging. The port 0 takes a free one.
 */
import { startAnalyticsApi } from '../src/testing/analytics-api.ts';
import { startPagingApi } from '../src/testing/paging-api.ts';

const [what, ...rest] = process.argv.slice(2);
const isPaging = what === 'paging';
const port = Number((isPaging ? rest[0] : what) ?? 8099);
const { url } = isPaging
  ? await startPagingApi({ port, mostRequests: Number.POSITIVE_INFINITY })
  : await startAnalyticsApi({ port, rows: 36_500, resources: 1_200, seed: 1 });
const name = isPaging ? 'The API of posts, by every way of paging,' : 'The analytics API of integration_tests/config.json';
process.stderr.write(`${name} listens on ${url} (Ctrl-C ends it).\n`);
