// Runs in a database of this browser, the oldest of which go when there are too many. By hand: what Gradio keeps in a
// browser goes to the server with each event, and is five megabytes at most.
const historyStore = (() => {
  const open = () => new Promise((resolve, reject) => {
    const request = indexedDB.open("playground-history", 1); // throws where a browser has none
    request.onupgradeneeded = () => {
      request.result.createObjectStore("entries", { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore("runs");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  let opened = null;
  // All of the work or nothing of it; gives the result of the request that the work returns.
  const within = async (mode, work) => {
    opened ??= open();
    const database = await opened;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(["entries", "runs"], mode);
      const request = work(transaction.objectStore("entries"), transaction.objectStore("runs"));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error ?? request?.error);
    });
  };
  const list = () => within("readonly", (entries) => entries.getAll());
  const remove = (ids) => within("readwrite", (entries, runs) => {
    for (const id of ids) {
      entries.delete(id);
      runs.delete(id);
    }
  });
  const put = (entry, text) => within("readwrite", (entries, runs) => {
    const request = entries.add(entry);
    request.onsuccess = () => runs.put(text, request.result);
    return request;
  });
  // The oldest that together are more than there may be, or of these at least as much as is asked for.
  const oldest = (all, most) => {
    let size = all.reduce((sum, { size: one }) => sum + one, 0);
    return all.filter(({ size: one }) => {
      const goes = size > most;
      if (goes) size -= one;
      return goes;
    }).map(({ id }) => id);
  };
  return {
    list,
    remove,
    text: (id) => within("readonly", (_, runs) => runs.get(id)),
    rename: (entry) => within("readwrite", (entries) => entries.put(entry)),
    add: async (entry, text, most) => {
      let id;
      try {
        id = await put(entry, text);
      } catch (error) {
        if (error?.name !== "QuotaExceededError") throw error;
        const all = await list(); // the browser has less room than we would take: half of it goes, once
        await remove(oldest(all, all.reduce((sum, { size }) => sum + size, 0) / 2));
        id = await put(entry, text);
      }
      const gone = oldest(await list(), most).filter((one) => one !== id);
      if (gone.length) await remove(gone);
      return id;
    },
  };
})();
