// Sends a file as the body of one PATCH, in chunks as docker sends them, and prints the head of the answer.
//
//   patch HOST PORT PATH FILE [HEADER ...]
//
// The system passes the file's pages on (sendfile), so that the load leaves the processors to the server that is measured.
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 32 * 1024 };

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void say(int to, const char *text, int flags) {
  for (size_t left = strlen(text); left > 0;) {
    ssize_t sent = send(to, text, left, flags | MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    text += sent;
    left -= (size_t)sent;
  }
}

static int connect_to(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, port, &hints, &found) != 0) fail("getaddrinfo");
  int to = socket(found->ai_family, found->ai_socktype, 0);
  if (to < 0 || connect(to, found->ai_addr, found->ai_addrlen) < 0) fail("connect");
  freeaddrinfo(found);
  return to;
}

int main(int count, char **words) {
  if (count < 5) return fprintf(stderr, "usage: patch HOST PORT PATH FILE [HEADER ...]\n"), 2;
  int file = open(words[4], O_RDONLY);
  struct stat is;
  if (file < 0 || fstat(file, &is) < 0) fail(words[4]);
  int to = connect_to(words[1], words[2]);
  char text[4096];
  snprintf(text, sizeof text, "PATCH %s HTTP/1.1\r\nHost: %s:%s\r\nTransfer-Encoding: chunked\r\n", words[3], words[1], words[2]);
  say(to, text, MSG_MORE);
  for (int i = 5; i < count; i++) {
    say(to, words[i], MSG_MORE);
    say(to, "\r\n", MSG_MORE);
  }
  say(to, "\r\n", MSG_MORE);
  for (off_t left = is.st_size; left > 0;) {
    size_t chunk = left < CHUNK ? (size_t)left : CHUNK;
    snprintf(text, sizeof text, "%zx\r\n", chunk);
    say(to, text, MSG_MORE);
    for (size_t rest = chunk; rest > 0;) {
      ssize_t sent = sendfile(to, file, NULL, rest);
      if (sent <= 0) fail("sendfile");
      rest -= (size_t)sent;
    }
    say(to, "\r\n", MSG_MORE);
    left -= (off_t)chunk;
  }
  say(to, "0\r\n\r\n", 0);
  size_t got = 0;
  while (got < sizeof text - 1) {
    ssize_t more = recv(to, text + got, sizeof text - 1 - got, 0);
    if (more <= 0) break;
    got += (size_t)more;
    text[got] = 0;
    if (strstr(text, "\r\n\r\n")) break;
  }
  text[got] = 0;
  return fputs(text, stdout), close(to), got == 0;
}
