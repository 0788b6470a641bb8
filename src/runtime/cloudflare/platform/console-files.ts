// The files of the API console in the Worker's bundle. Cloudflare compresses what it sends.
import swaggerUiCss from "swagger-ui-dist/swagger-ui.css?data";
import swaggerUiBundleJs from "swagger-ui-dist/swagger-ui-bundle.js?data";
import { type ConsoleFiles, createConsoleFiles } from "#http/docs/files.ts";
import documentsJs from "#ui/api-console/documents.js?data";
import domJs from "#ui/api-console/dom.js?data";
import explorerJs from "#ui/api-console/explorer.js?data";
import type { ownFiles, packageFiles } from "#ui/api-console/files.ts";
import findJs from "#ui/api-console/find.js?data";
import indexHtml from "#ui/api-console/index.html?data";
import loginJs from "#ui/api-console/login.js?data";
import mainJs from "#ui/api-console/main.js?data";
import markSvg from "#ui/api-console/mark.svg?data";
import navigationJs from "#ui/api-console/navigation.js?data";
import pluginJs from "#ui/api-console/plugin.js?data";
import sessionJs from "#ui/api-console/session.js?data";
import styleCss from "#ui/api-console/style.css?data";
import swaggerCss from "#ui/api-console/swagger.css?data";
import themeJs from "#ui/api-console/theme.js?data";

const bundled: Record<(typeof ownFiles | typeof packageFiles)[number], ArrayBuffer> = {
  "find.js": findJs,
  "index.html": indexHtml,
  "style.css": styleCss,
  "swagger.css": swaggerCss,
  "mark.svg": markSvg,
  "theme.js": themeJs,
  "main.js": mainJs,
  "documents.js": documentsJs,
  "dom.js": domJs,
  "explorer.js": explorerJs,
  "login.js": loginJs,
  "navigation.js": navigationJs,
  "plugin.js": pluginJs,
  "session.js": sessionJs,
  "swagger-ui-bundle.js": swaggerUiBundleJs,
  "swagger-ui.css": swaggerUiCss,
};

export function createBundledConsole(): ConsoleFiles {
  return createConsoleFiles(async () =>
    Object.fromEntries(Object.entries(bundled).map(([name, bytes]) => [name, new Uint8Array(bytes)])),
  );
}
