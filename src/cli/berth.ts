#!/usr/bin/env -S node --max-semi-space-size=16
// The `berth` command: one file per verb.
import { Command } from "commander";
import { adminCommand } from "./admin.ts";
import { auditCommand } from "./audit.ts";
import { configCommand } from "./config.ts";
import { migrateCommand } from "./migrate.ts";
import { repoCommand } from "./repo.ts";
import { startCommand } from "./start.ts";
import { storageCommand } from "./storage.ts";

const program = new Command("berth").description("A private registry for container images and every OCI artifact.");
const commands = [startCommand, configCommand, migrateCommand, adminCommand, repoCommand, storageCommand, auditCommand];
for (const command of commands) program.addCommand(command());
await program.parseAsync();
