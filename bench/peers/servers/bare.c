// Takes pushes of blobs with as little as can be: one thread receives, one hashes, one writes. What any registry that does
// these three can do on a machine, at the most.
//
//   bare PORT FOLDER
//
// It knows nobody, remembers nothing, compares no digest and syncs nothing; bytes are not moved between the socket and the file.
// cc -O2 -pthread bare.c -lcrypto
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECE = 1 << 20, LEAST = PIECE / 8, PIECES = 8, PARTS = 4096, AT_ONCE = 512, HEAD = 64 * 1024 };

// Bytes as they were received, and where the body's lie in them.
typedef struct {
  char *bytes;
  int parts;
  struct iovec part[PARTS];
} Piece;

typedef struct {
  Piece piece[PIECES];
  long received, hashed, written;  // pieces so far
  long last;                       // how many there will be, or -1 while that is not known
  pthread_mutex_t lock;
  pthread_cond_t moved;
  EVP_MD_CTX *hash;
  int file;
} Body;

typedef struct {
  int from;
  char *early;  // read with the head
  size_t early_size;
} Source;

static const char *folder;
static long files;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void hash_piece(Body *body, Piece *piece) {
  for (int i = 0; i < piece->parts; i++) EVP_DigestUpdate(body->hash, piece->part[i].iov_base, piece->part[i].iov_len);
}

static void write_piece(Body *body, Piece *piece) {
  for (int at = 0; at < piece->parts; at += AT_ONCE) {
    int count = piece->parts - at < AT_ONCE ? piece->parts - at : AT_ONCE;
    size_t wanted = 0;
    for (int i = 0; i < count; i++) wanted += piece->part[at + i].iov_len;
    if (writev(body->file, piece->part + at, count) != (ssize_t)wanted) fail("writev");
  }
}

// Does the work on each piece that was received, until the last.
static void follow(Body *body, long *done, void (*work)(Body *, Piece *)) {
  for (;;) {
    pthread_mutex_lock(&body->lock);
    while (*done == body->received && *done != body->last) pthread_cond_wait(&body->moved, &body->lock);
    int is_over = *done == body->last;
    pthread_mutex_unlock(&body->lock);
    if (is_over) return;
    work(body, &body->piece[*done % PIECES]);
    pthread_mutex_lock(&body->lock);
    ++*done;
    pthread_cond_broadcast(&body->moved);
    pthread_mutex_unlock(&body->lock);
  }
}

static void *hash_all(void *body) { return follow(body, &((Body *)body)->hashed, hash_piece), NULL; }
static void *write_all(void *body) { return follow(body, &((Body *)body)->written, write_piece), NULL; }

// Hands a piece over, and waits for one that is free.
static Piece *next_piece(Body *body, int is_last) {
  pthread_mutex_lock(&body->lock);
  body->received++;
  if (is_last) body->last = body->received;
  pthread_cond_broadcast(&body->moved);
  while (body->received - body->hashed >= PIECES || body->received - body->written >= PIECES)
    pthread_cond_wait(&body->moved, &body->lock);
  pthread_mutex_unlock(&body->lock);
  Piece *piece = &body->piece[body->received % PIECES];
  piece->parts = 0;
  return piece;
}

static size_t take(Source *source, char *to, size_t size) {
  if (source->early_size > 0) {
    size_t count = source->early_size < size ? source->early_size : size;
    memcpy(to, source->early, count);
    source->early += count;
    source->early_size -= count;
    return count;
  }
  ssize_t count = recv(source->from, to, size, 0);
  if (count <= 0) fail("a body broke off");
  return (size_t)count;
}

// Reads a body in chunks to its end.
static void take_chunks(Source *source, Body *body) {
  enum { SIZE, SIZE_LF, DATA, CR, LF, LAST_CR, LAST_LF } state = SIZE;
  size_t left = 0, end = 0;
  Piece *piece = &body->piece[0];
  for (int is_over = 0; !is_over;) {
    size_t at = end;
    end += take(source, piece->bytes + end, PIECE - end);
    while (at < end && !is_over) {
      if (state == DATA) {
        size_t count = end - at < left ? end - at : left;
        struct iovec *part = piece->parts > 0 ? &piece->part[piece->parts - 1] : NULL;
        if (part && (char *)part->iov_base + part->iov_len == piece->bytes + at) part->iov_len += count;
        else piece->part[piece->parts++] = (struct iovec){piece->bytes + at, count};
        if (piece->parts == PARTS) fail("the chunks are too small");
        at += count;
        if ((left -= count) == 0) state = CR;
        continue;
      }
      char byte = piece->bytes[at++];
      if (state == SIZE && byte != '\r') left = left * 16 + (size_t)(byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10);
      else if (state == SIZE) state = SIZE_LF;
      else if (state == SIZE_LF) state = left > 0 ? DATA : LAST_CR;
      else if (state == CR) state = LF;
      else if (state == LF) state = SIZE;
      else if (state == LAST_CR) state = LAST_LF;
      else is_over = 1;
    }
    if (PIECE - end >= LEAST && !is_over) continue;
    piece = next_piece(body, is_over);
    end = 0;
  }
}

static void take_body(Source *source) {
  Body *body = calloc(1, sizeof *body);
  body->last = -1;
  pthread_mutex_init(&body->lock, NULL);
  pthread_cond_init(&body->moved, NULL);
  body->hash = EVP_MD_CTX_new();
  EVP_DigestInit_ex(body->hash, EVP_sha256(), NULL);
  for (int i = 0; i < PIECES; i++) body->piece[i].bytes = malloc(PIECE);
  char path[4096];
  snprintf(path, sizeof path, "%s/%ld", folder, __atomic_add_fetch(&files, 1, __ATOMIC_SEQ_CST));
  body->file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0640);
  if (body->file < 0) fail(path);
  pthread_t hasher, writer;
  pthread_create(&hasher, NULL, hash_all, body);
  pthread_create(&writer, NULL, write_all, body);
  take_chunks(source, body);
  pthread_join(hasher, NULL);
  pthread_join(writer, NULL);
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_DigestFinal_ex(body->hash, digest, NULL);
  EVP_MD_CTX_free(body->hash);
  close(body->file);
  for (int i = 0; i < PIECES; i++) free(body->piece[i].bytes);
  free(body);
}

static const char *answer_to(const char *request) {
  if (strncmp(request, "GET", 3) == 0) return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  if (strncmp(request, "PUT", 3) == 0) return "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
  return "HTTP/1.1 202 Accepted\r\nLocation: /v2/bare/blobs/uploads/1\r\nContent-Length: 0\r\n\r\n";
}

// Reads over a body of announced length. @returns 0 when the connection ended.
static int skip(int from, size_t left) {
  char nowhere[HEAD];
  while (left > 0) {
    ssize_t more = recv(from, nowhere, left < sizeof nowhere ? left : sizeof nowhere, 0);
    if (more <= 0) return 0;
    left -= (size_t)more;
  }
  return 1;
}

static void *serve(void *connection) {
  int from = (int)(long)connection, yes = 1;
  setsockopt(from, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  char text[HEAD];
  size_t got = 0;
  for (;;) {
    char *end;
    while (text[got] = 0, (end = strstr(text, "\r\n\r\n")) == NULL) {
      ssize_t more = recv(from, text + got, sizeof text - 1 - got, 0);
      if (more <= 0) return close(from), NULL;
      got += (size_t)more;
    }
    size_t head = (size_t)(end + 4 - text);
    const char *answer = answer_to(text);
    if (strncmp(text, "PATCH", 5) == 0) {
      take_body(&(Source){from, text + head, got - head});
      got = 0;
    } else {
      char *length = strcasestr(text, "\r\ncontent-length:");
      size_t left = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
      size_t here = got - head < left ? got - head : left;
      got -= head + here;
      memmove(text, text + head + here, got);
      if (!skip(from, left - here)) return close(from), NULL;
    }
    if (send(from, answer, strlen(answer), MSG_NOSIGNAL) < 0) return close(from), NULL;
  }
}

int main(int count, char **words) {
  if (count != 3) return fprintf(stderr, "usage: bare PORT FOLDER\n"), 2;
  folder = words[2];
  int at = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(at, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[1]))};
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(at, (struct sockaddr *)&place, sizeof place) < 0 || listen(at, 128) < 0) fail("listen");
  for (;;) {
    int from = accept(at, NULL, NULL);
    pthread_t thread;
    if (from >= 0 && pthread_create(&thread, NULL, serve, (void *)(long)from) == 0) pthread_detach(thread);
  }
}
