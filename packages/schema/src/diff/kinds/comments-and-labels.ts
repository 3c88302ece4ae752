import type { CatalogComment, CatalogSecurityLabel } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { annotatedCandidates } from "../resolve-annotated.js";
import { annotatedWords } from "./annotated-words.js";
import type { KindRules } from "./kind-rules.js";

const sayComment = ({ on }: CatalogComment, text: string) => `comment on ${annotatedWords(on)} is ${text}`;

/** A provider is a name, which the grammar takes as a constant too: those are never mistaken for a keyword. */
const sayLabel = ({ on, provider }: CatalogSecurityLabel, label: string) =>
  `security label for ${quoteLiteral(provider)} on ${annotatedWords(on)} is ${label}`;

/** Annotations have a text and nothing else, and are made, changed and taken away by one statement. */
export const commentAndLabelRules = {
  comments: {
    named: ({ on }) => `comment on ${annotatedWords(on)}`,
    create: (entry) => [sayComment(entry, quoteLiteral(entry.text))],
    drop: (entry) => [sayComment(entry, "null")],
    alter: (before, after) => (before.text === after.text ? [] : [sayComment(after, quoteLiteral(after.text))]),
    partOf: ({ on }) => annotatedCandidates(on),
  },
  securityLabels: {
    named: ({ on, provider }) => `security label for ${quoteLiteral(provider)} on ${annotatedWords(on)}`,
    create: (entry) => [sayLabel(entry, quoteLiteral(entry.label))],
    drop: (entry) => [sayLabel(entry, "null")],
    alter: (before, after) => (before.label === after.label ? [] : [sayLabel(after, quoteLiteral(after.label))]),
    partOf: ({ on }) => annotatedCandidates(on),
  },
} satisfies { [Kind in "comments" | "securityLabels"]: KindRules<Kind> };
