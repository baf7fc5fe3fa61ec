// lossy-relay.ts PORT LOST SEED: passes datagrams on to PORT and loses some of them; prints its own port.
import { openUdpRelay } from "../../interop/support/udp-relay.ts";

const [to = 0, lost = 0, seed = 1] = process.argv.slice(2).map(Number);
const relay = await openUdpRelay({ to, faults: { lost }, seed });
console.log(relay.port);
