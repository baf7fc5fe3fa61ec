#!/usr/bin/env node
import { run } from "./program.ts";

// Each write is told its own error; without a listener, the stream would end the process as well.
process.stdout.on("error", () => {});

process.exitCode = await run(process.argv.slice(2));
