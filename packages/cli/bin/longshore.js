#!/usr/bin/env node
// Stands in the repository, so that npm can link the command before it has been built.
import "../dist/bin.js";
