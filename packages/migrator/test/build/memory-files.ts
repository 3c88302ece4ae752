import type { FileSystem, FolderEntry } from "../../src/build/file-system.js";

/** Files held in memory below `/p`; a value `-> path` is a symbolic link to another path below it. */
export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>): FileSystem {
  const root = "/p";
  const linkTarget = (path: string): string | undefined => {
    const content = files[path.slice(root.length + 1)];
    return typeof content === "string" && content.startsWith("-> ")
      ? `${root}/${content.slice(3)}`.replace(/\/$/, "")
      : undefined;
  };
  const realPath = (path: string): string => {
    const parts = path.split("/").slice(1);
    let real = "";
    for (const part of parts) real = linkTarget(`${real}/${part}`) ?? `${real}/${part}`;
    return real;
  };
  const below = (folder: string): readonly string[] => {
    const prefix = folder === root ? "" : `${folder.slice(root.length + 1)}/`;
    return Object.keys(files)
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
  };
  const read = (path: string): Uint8Array => {
    const content = files[realPath(path).slice(root.length + 1)];
    if (content === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  return {
    list(folder) {
      const names = new Map<string, FolderEntry>();
      for (const path of below(realPath(folder))) {
        const [name = "", ...rest] = path.split("/");
        const target = linkTarget(`${realPath(folder)}/${name}`);
        const isFolder = target === undefined ? rest.length > 0 : files[target.slice(root.length + 1)] === undefined;
        names.set(name, { name, kind: isFolder ? "folder" : "file", link: target !== undefined });
      }
      return names.size === 0 ? undefined : [...names.values()];
    },
    size: (path) => read(path).byteLength,
    readFile: read,
    realPath,
  };
}
