// tftp-put.mjs PORT LOCAL REMOTE BLOCKSIZE: puts a file with ours, block by block; prints its seconds.
import { tftpPut } from "@longshore/tftp-endpoint";

const [port, path, filename, blksize] = process.argv.slice(2);
const started = performance.now();
await tftpPut({
  host: "127.0.0.1",
  port: Number(port),
  filename,
  from: { path },
  blksize: Number(blksize),
  windowsize: 0,
});
console.log((performance.now() - started) / 1000);
