// Which files the API console consists of, and where each lies.

/** Beside this file. */
export const ownFiles = [
  "index.html",
  "style.css",
  "swagger.css",
  "mark.svg",
  "theme.js",
  "main.js",
  "documents.js",
  "dom.js",
  "explorer.js",
  "find.js",
  "login.js",
  "navigation.js",
  "plugin.js",
  "session.js",
] as const;

/** In the package `swagger-ui-dist`. */
export const packageFiles = ["swagger-ui-bundle.js", "swagger-ui.css"] as const;
