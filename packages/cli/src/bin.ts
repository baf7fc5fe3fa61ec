#!/usr/bin/env node
import { run } from "./program.ts";

// Who reads stdout may stop reading (`| head`): that is the end and no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
