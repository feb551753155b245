// The least that a program on Node can do with the pages of `partitions`: asks for all of them over bare sockets, so many at a time, and looks for nothing
// but where each ends. `time node bench/bare-sockets.mjs PORT CONCURRENCY`, with the API of the yardstick on the port (`api.mjs --partitions 1000 --latency 20`).
import { connect } from 'node:net';

const PAGES = 1000;
const [port, concurrency] = process.argv.slice(2).map(Number);
let asked = 0;

function openSocket() {
  const socket = connect(port, '127.0.0.1');
  /** Bytes of the page that are still to come; undefined before its head has come. */
  let missing;
  const ask = () => {
    if (asked === PAGES) return void socket.destroy();
    asked += 1;
    missing = undefined;
    socket.write(`GET /v1/parents/${asked}/items HTTP/1.1\r\nHost: localhost\r\nX-API-Key: bench-key\r\n\r\n`);
  };
  socket.setNoDelay(true);
  socket.on('connect', ask);
  socket.on('data', (data) => {
    if (missing === undefined) {
      const head = data.latin1Slice(0, data.indexOf('\r\n\r\n'));
      missing = Number(/^content-length: (\d+)/im.exec(head)[1]) + head.length + 4;
    }
    missing -= data.length;
    if (missing === 0) ask();
  });
}

for (let i = 0; i < concurrency; i += 1) openSocket();
