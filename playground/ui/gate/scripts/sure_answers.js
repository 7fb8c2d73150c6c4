// Runs before Gradio's own scripts. By hand, because Gradio has no setting for either: what is asked of one handler
// reaches the server in the order in which it was asked, and no answer is left behind with a stream that has ended.

{ // a scope of its own: nothing of it stands in the page's
  const ask = window.fetch.bind(window);
  const AT_MOST = 1000; // milliseconds that an answer and a stream wait for each other
  const pause = () => new Promise((wake) => setTimeout(wake, AT_MOST));

  // Each post has a connection of its own, and a later one can overtake an earlier one.
  const newest = new Map(); // by handler, its last post
  const inOrder = (handler, post) => {
    const sent = newest.has(handler) ? newest.get(handler).then(post, post) : post();
    newest.set(handler, sent);
    const forget = () => newest.get(handler) === sent && newest.delete(handler);
    sent.then(forget, forget);
    return sent;
  };

  // The server ends the stream of answers when nothing more is on its way. What is posted in that instant comes too
  // late for it, and Gradio, which reads of the end a moment later, opens a stream only with the next post: then the
  // answer would lie there until something else is asked for.
  const awaited = new Set(); // events that go on
  const posts = new Set(); // those whose event has no number yet
  let closed = Promise.resolve();
  const join = async (input, init) => {
    const handler = /"fn_index":(\d+),"trigger_id"/.exec(init.body.slice(-300))?.[1], at = performance.now();
    const post = inOrder(handler, async () => {
      const answer = await ask(input, init);
      const event = answer.ok && (await answer.clone().json()).event_id;
      if (event) {
        awaited.add(event);
        newerStays.note(event, Number(handler), at);
      }
      return answer;
    });
    const over = post.catch(() => {}).finally(() => posts.delete(over));
    posts.add(over);
    const answer = await post;
    await closed;
    return answer;
  };
  // An event can be heard of before its number has come.
  const noted = async (event) => {
    const end = performance.now() + AT_MOST;
    while (!awaited.has(event) && posts.size && performance.now() < end) await Promise.race([...posts, pause()]);
  };
  const HEAD = /^data: \{"msg":"(\w+)","event_id":(?:"(\w+)"|null)/;
  const lines = async function* (body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let parts = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const [first, ...others] = value.split("\n");
      parts.push(first);
      for (const next of others) {
        yield parts.join("");
        parts = [next];
      }
    }
  };
  // Passes on what a stream says; returns whether another is to go on in its place.
  const passOn = async (body, writer, signal) => {
    for await (const line of lines(body)) {
      const [, kind, event] = HEAD.exec(line) ?? [];
      if (event) await noted(event);
      if (kind === "close_stream") {
        if (awaited.size) return true;
        const heard = new Promise((hear) => signal.addEventListener("abort", hear));
        closed = Promise.race([heard, pause()]);
      }
      if (kind === "process_completed") awaited.delete(event);
      await writer.write(`${newerStays.passOn(line, kind, event)}\n`);
    }
    return false;
  };
  const listen = async (request) => {
    const first = await ask(request);
    if (!first.ok) return first;
    const { readable, writable } = new TextEncoderStream(), writer = writable.getWriter();
    const goOn = async () => {
      let { body } = first;
      while (await passOn(body, writer, request.signal)) {
        const next = await ask(request);
        if (!next.ok) throw next;
        body = next.body;
      }
      await writer.close();
    };
    goOn().catch((error) => writer.abort(error).catch(() => {})); // also when the page has closed it
    return new Response(readable, { status: first.status, headers: first.headers });
  };

  window.fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
    if (pathname.endsWith("/queue/join") && typeof init?.body === "string") return join(input, init);
    if (pathname.endsWith("/queue/data") && input instanceof Request) return listen(input);
    return ask(input, init);
  };
}
