// Attacks on a running server from another process: each group is a row of what an FTP server on the internet has to
// stand, and is named after it. SECURITY.md says which of them shows which recommendation.
import { afterAll } from "vitest";
import { alpaca } from "./attacks/alpaca.ts";
import { anonymous } from "./attacks/anonymous.ts";
import { bombs } from "./attacks/bombs.ts";
import { bounce } from "./attacks/bounce.ts";
import { downgrade } from "./attacks/downgrade.ts";
import { exhaustion } from "./attacks/exhaustion.ts";
import { guessing } from "./attacks/guessing.ts";
import { hostileNames } from "./attacks/hostile-names.ts";
import { logInjection } from "./attacks/log-injection.ts";
import { passiveTheft } from "./attacks/passive-theft.ts";
import { pathEscape } from "./attacks/path-escape.ts";
import { starttlsInjection } from "./attacks/starttls-injection.ts";
import { removeFolders } from "./support/files.ts";

afterAll(removeFolders);

bounce();
passiveTheft();
starttlsInjection();
downgrade();
alpaca();
pathEscape();
hostileNames();
exhaustion();
bombs();
guessing();
anonymous();
logInjection();
