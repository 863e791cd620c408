// After signing out, the drafts of forms leave the browser: the next person there may be another.
"use strict";

for (const key of Object.keys(localStorage)) {
  if (key.startsWith("mozi.draft.")) localStorage.removeItem(key);
}
