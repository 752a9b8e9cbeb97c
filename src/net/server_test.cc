#include "net/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "net/testing/raw_client.h"
#include "net/testing/test_server.h"

namespace kagimori::net {
namespace {

using std::chrono::milliseconds;
using testing::RawClient;
using testing::TestServer;

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

// Waits until `condition` holds; false after ten seconds.
template <class Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(5));
  return condition();
}

TEST(ServerTest, AnswersAndKeepsTheConnection) {
  TestServer server;
  ASSERT_TRUE(server.listening());
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send("POST /x?y HTTP/1.1\r\nHost:127.0.0.1\r\nContent-Length: 3\r\n\r\nabc"));
    const auto response = client.Read();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "POST /x?y|Host=127.0.0.1|Content-Length=3|abc");
    EXPECT_TRUE(response.head.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << response.head;
    EXPECT_NE(response.head.find(" GMT\r\nContent-Type: text/plain\r\nContent-Length: "), std::string::npos);
    EXPECT_EQ(response.head.find("Connection"), std::string::npos);
  }
  EXPECT_EQ(server.server().counters().connections_accepted, 1u);
  EXPECT_EQ(server.server().counters().connections_open, 1u);
}

TEST(ServerTest, DateIsTheClocks) {
  ManualClock clock({.millis = 1736154000'000});
  Core core(0);
  class Ok : public Handler {
    size_t BodyLimit(const RequestHead&) override { return 0; }
    void Serve(Core&, std::unique_ptr<Exchange> exchange) override { exchange->Respond(204, "", ""); }
  } handler;
  Server server({&core}, &handler, {}, nullptr, &clock);
  ASSERT_TRUE(server.Listen("127.0.0.1", 0).has_value());
  core.Start();
  {
    RawClient client(server.port());
    client.Send(kGet);
    EXPECT_EQ(client.Read().head, "HTTP/1.1 204 No Content\r\nDate: Mon, 06 Jan 2025 09:00:00 GMT\r\n\r\n");
  }
  std::promise<void> done;
  server.Shutdown(milliseconds(0), [&] { done.set_value(); });
  done.get_future().wait();
  core.Finish();
}

TEST(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  // Every second exchange is answered later, from a posted call.
  int n = 0;
  TestServer server({}, 1, nullptr, [&n](Core& core, std::unique_ptr<Exchange> exchange) {
    if (++n % 2 == 0) return exchange->Respond(200, "", std::string(exchange->head().target));
    core.Post([exchange = std::move(exchange)]() mutable {
      exchange->Respond(200, "", std::string(exchange->head().target));
    });
  });
  RawClient client(server.port());
  std::string burst;
  for (int i = 0; i < 200; ++i) burst += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_TRUE(client.Send(burst));
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.Read().body, "/" + std::to_string(i));
}

TEST(ServerTest, AnAnsweredExchangeThatIsKeptHoldsTheNextRequestBack) {
  std::unique_ptr<Exchange> kept;
  TestServer server({}, 1, nullptr, [&](Core&, std::unique_ptr<Exchange> exchange) {
    exchange->Respond(200, "", std::string(exchange->head().target));
    kept = std::move(exchange);
  });
  RawClient client(server.port());
  client.Send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.Read().body, "/1");
  std::promise<std::string> still;
  server.core().Post([&] {
    still.set_value(std::string(kept->head().target));
    kept.reset();
  });
  EXPECT_EQ(still.get_future().get(), "/1");
  EXPECT_EQ(client.Read().body, "/2");
  std::promise<void> freed;
  server.core().Post([&] {
    kept.reset();
    freed.set_value();
  });
  freed.get_future().wait();
}

TEST(ServerTest, ARequestCutAnywhereIsRead) {
  TestServer server;
  const std::string sample =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4;x\r\nkagi\r\n5\r\nmori!\r\n0\r\nT: t\r\n\r\n";
  RawClient client(server.port());
  for (size_t cut = 1; cut < sample.size(); ++cut) {
    client.Send(sample.substr(0, cut));
    std::this_thread::sleep_for(std::chrono::microseconds(300));
    client.Send(sample.substr(cut));
    ASSERT_EQ(client.Read().body, "POST /|Host=h|Transfer-Encoding=chunked|kagimori!") << cut;
  }
}

TEST(ServerTest, ConnectionCloseAndHttp10AreClosedAfterTheAnswer) {
  TestServer server;
  for (const char* request : {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
                              "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                              "GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n"}) {
    RawClient client(server.port());
    client.Send(request);
    const auto response = client.Read();
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.head.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_TRUE(client.Closed());
  }
}

TEST(ServerTest, HeadIsAnsweredWithoutABody) {
  TestServer server;
  RawClient client(server.port());
  client.Send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = client.ReadToEnd();
  EXPECT_NE(all.find("Content-Length: 31\r\n"), std::string::npos) << all;
  EXPECT_TRUE(all.ends_with("\r\n\r\n"));
}

TEST(ServerTest, ContinueIsSaidOnlyWhenTheBodyWillBeRead) {
  TestServer server;
  RawClient client(server.port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.Read().head, "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ok");
  EXPECT_EQ(client.Read().status, 200);
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 100001\r\n\r\n");
  EXPECT_EQ(client.Read().status, 413);
  EXPECT_TRUE(client.Closed());
}

TEST(ServerTest, RefusalsReachAClientThatIsStillSending) {
  TestServer server;
  RawClient client(server.port());
  ASSERT_TRUE(client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\n"));
  client.Send(std::string(400'000, 'x'));
  const auto response = client.Read();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, "Content Too Large\n");
  EXPECT_NE(response.head.find("\r\nConnection: close\r\n"), std::string::npos);
  client.CloseSending();
  EXPECT_TRUE(client.Closed());
  EXPECT_EQ(server.server().counters().protocol_errors, 1u);
}

TEST(ServerTest, NothingAfterAMalformedRequestIsServed) {
  int served = 0;
  TestServer server({}, 1, nullptr, [&](Core&, std::unique_ptr<Exchange> exchange) {
    ++served;
    exchange->Respond(200, "", "");
  });
  RawClient client(server.port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kGet);
  client.CloseSending();
  const std::string all = client.ReadToEnd();
  EXPECT_TRUE(all.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_EQ(served, 0);
}

TEST(ServerTest, UnreadBodiesAreBounded) {
  ServerLimits limits;
  limits.max_unread_bytes = 300'000;  // two such bodies, each in a block of a power of two
  TestServer server(limits);
  RawClient first(server.port());
  RawClient second(server.port());
  RawClient third(server.port());
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" + std::string(40'000, 'x');
  first.Send(start);
  second.Send(start);
  std::this_thread::sleep_for(milliseconds(50));
  third.Send(start);
  EXPECT_EQ(third.Read().status, 503);
  first.Send(std::string(50'000, 'x'));
  EXPECT_EQ(first.Read().status, 200);
  second.Send(std::string(50'000, 'x'));
  EXPECT_EQ(second.Read().status, 200);
}

ServerLimits ShortTimeouts() {
  ServerLimits limits;
  limits.idle_timeout = limits.head_timeout = limits.body_timeout = limits.write_timeout = milliseconds(5'000);
  return limits;
}

TEST(ServerTest, IdleConnectionsAreClosedSilently) {
  ServerLimits limits = ShortTimeouts();
  limits.idle_timeout = milliseconds(80);
  TestServer server(limits);
  RawClient fresh(server.port());
  RawClient used(server.port());
  used.Send(kGet);
  EXPECT_EQ(used.Read().status, 200);
  EXPECT_TRUE(fresh.Closed());
  EXPECT_TRUE(used.Closed());
  EXPECT_EQ(server.server().counters().timeouts, 0u);
  EXPECT_TRUE(Eventually([&] { return server.server().counters().connections_open == 0; }));
}

TEST(ServerTest, AQuietConnectionGivesItsMemoryBackAndGoesOn) {
  ServerLimits limits = ShortTimeouts();
  limits.head_timeout = milliseconds(80);  // ticks of 10 ms: parked after 20
  TestServer server(limits);
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.Send(kGet);
    EXPECT_EQ(client.Read().status, 200);
    std::this_thread::sleep_for(milliseconds(100));
  }
}

TEST(ServerTest, SlowHeadsAndBodiesAreAnswered408) {
  ServerLimits limits = ShortTimeouts();
  limits.head_timeout = milliseconds(80);
  limits.body_timeout = milliseconds(160);
  TestServer server(limits);
  RawClient head(server.port());
  RawClient body(server.port());
  head.Send("GET / HT");
  body.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n");
  // Progress does not help.
  std::thread dripping([&] {
    for (int i = 0; i < 9; ++i) {
      std::this_thread::sleep_for(milliseconds(40));
      if (!body.Send("x")) break;
    }
  });
  EXPECT_EQ(head.Read().status, 408);
  EXPECT_EQ(body.Read().status, 408);
  dripping.join();
  EXPECT_EQ(server.server().counters().timeouts, 2u);
}

TEST(ServerTest, AResponseNobodyReadsIsGivenUp) {
  ServerLimits limits = ShortTimeouts();
  limits.write_timeout = milliseconds(100);
  TestServer server(limits, 1, nullptr, [](Core&, std::unique_ptr<Exchange> exchange) {
    exchange->Respond(200, "", std::string(64 << 20, 'x'));
  });
  RawClient client(server.port());
  client.Send(kGet);
  EXPECT_TRUE(Eventually([&] { return server.server().counters().timeouts == 1; }));
  EXPECT_TRUE(Eventually([&] { return server.server().counters().connections_open == 0; }));
}

TEST(ServerTest, ALargeResponseArrivesWhole) {
  std::string large(8 << 20, '\0');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 >> 8);
  TestServer server({}, 1, nullptr,
                    [&](Core&, std::unique_ptr<Exchange> exchange) { exchange->Respond(200, "", large); });
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.Send(kGet);
    EXPECT_EQ(client.Read().body, large);
  }
}

TEST(ServerTest, OneConnectionTooManyIsClosed) {
  ServerLimits limits;
  limits.max_connections = 2;
  TestServer server(limits);
  auto first = std::make_unique<RawClient>(server.port());
  RawClient second(server.port());
  for (RawClient* client : {first.get(), &second}) {
    client->Send(kGet);
    ASSERT_EQ(client->Read().status, 200);
  }
  RawClient third(server.port());
  EXPECT_TRUE(third.Closed());
  EXPECT_EQ(server.server().counters().connections_refused, 1u);
  first.reset();
  ASSERT_TRUE(Eventually([&] { return server.server().counters().connections_open == 1; }));
  RawClient fourth(server.port());
  fourth.Send(kGet);
  EXPECT_EQ(fourth.Read().status, 200);
  second.Send(kGet);
  EXPECT_EQ(second.Read().status, 200);
}

// Idle connections, half a head, refused requests: whoever has nothing else to show makes room, the oldest first.
TEST(ServerTest, AtTheLimitWhoNeverSucceededMakesRoom) {
  ServerLimits limits;
  limits.max_connections = 4;
  TestServer server(limits, 1, nullptr, [](Core&, std::unique_ptr<Exchange> exchange) {
    const bool signed_request = exchange->head().target == "/signed";
    exchange->Respond(signed_request ? 200 : 400, "", "");
  });
  const std::string kSigned = "GET /signed HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto open = [&] { return server.server().counters().connections_open; };
  RawClient proven(server.port());
  proven.Send(kSigned);
  ASSERT_EQ(proven.Read().status, 200);
  RawClient idle(server.port());
  ASSERT_TRUE(Eventually([&] { return open() == 2; }));
  RawClient slow(server.port());
  slow.Send("GET / HT");
  ASSERT_TRUE(Eventually([&] { return open() == 3; }));
  RawClient refused(server.port());
  refused.Send(kGet);
  ASSERT_EQ(refused.Read().status, 400);
  std::vector<std::unique_ptr<RawClient>> kept;
  for (RawClient* displaced : {&idle, &slow, &refused}) {
    kept.push_back(std::make_unique<RawClient>(server.port()));
    kept.back()->Send(kSigned);
    EXPECT_EQ(kept.back()->Read().status, 200);
    EXPECT_TRUE(displaced->Closed());
  }
  EXPECT_EQ(server.server().counters().connections_refused, 3u);
  proven.Send(kSigned);
  EXPECT_EQ(proven.Read().status, 200);
}

TEST(ServerTest, WhoIsBeingServedIsNotDisplaced) {
  ServerLimits limits;
  limits.max_connections = 1;
  std::promise<std::unique_ptr<Exchange>> handed;
  TestServer server(limits, 1, nullptr,
                    [&](Core&, std::unique_ptr<Exchange> exchange) { handed.set_value(std::move(exchange)); });
  RawClient busy(server.port());
  busy.Send(kGet);
  std::unique_ptr<Exchange> exchange = handed.get_future().get();
  RawClient next(server.port());
  EXPECT_TRUE(next.Closed());
  server.core().Post([exchange = std::move(exchange)] { exchange->Respond(200, "", "done"); });
  EXPECT_EQ(busy.Read().body, "done");
}

TEST(ServerTest, AnExchangeDestroyedUnansweredClosesTheConnection) {
  for (const bool later : {false, true}) {
    TestServer server({}, 1, nullptr, [later](Core& core, std::unique_ptr<Exchange> exchange) {
      if (later) core.Post([exchange = std::move(exchange)] {});
    });
    RawClient client(server.port());
    client.Send(kGet + kGet);
    EXPECT_TRUE(client.Closed());
  }
}

TEST(ServerTest, ASecondAnswerIsIgnored) {
  TestServer server({}, 1, nullptr, [](Core&, std::unique_ptr<Exchange> exchange) {
    exchange->Respond(200, "", "one");
    exchange->Respond(200, "", "two");
  });
  RawClient client(server.port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.Read().body, "one");
  EXPECT_TRUE(client.Closed());
}

TEST(ServerTest, ShutdownFinishesWhatIsUnderWay) {
  std::promise<void> serving;
  std::promise<std::unique_ptr<Exchange>> handed;
  TestServer server({}, 1, nullptr,
                    [&](Core&, std::unique_ptr<Exchange> exchange) { handed.set_value(std::move(exchange)); });
  RawClient idle(server.port());
  RawClient busy(server.port());
  busy.Send(kGet);
  std::unique_ptr<Exchange> exchange = handed.get_future().get();
  auto done = server.Shutdown(milliseconds(10'000));
  EXPECT_TRUE(idle.Closed());
  EXPECT_EQ(done.wait_for(milliseconds(50)), std::future_status::timeout);
  server.core().Post([exchange = std::move(exchange)] { exchange->Respond(200, "", "done"); });
  const auto response = busy.Read();
  EXPECT_EQ(response.body, "done");
  EXPECT_NE(response.head.find("\r\nConnection: close\r\n"), std::string::npos);
  busy.CloseSending();
  EXPECT_EQ(done.wait_for(milliseconds(10'000)), std::future_status::ready);
  EXPECT_EQ(server.server().counters().connections_open, 0u);
}

TEST(ServerTest, ShutdownEndsWhenTheGraceIsOver) {
  std::promise<std::unique_ptr<Exchange>> handed;
  TestServer server({}, 1, nullptr,
                    [&](Core&, std::unique_ptr<Exchange> exchange) { handed.set_value(std::move(exchange)); });
  RawClient client(server.port());
  client.Send(kGet);
  std::unique_ptr<Exchange> exchange = handed.get_future().get();
  auto done = server.Shutdown(milliseconds(50));
  EXPECT_EQ(done.wait_for(milliseconds(10'000)), std::future_status::ready);
  EXPECT_TRUE(client.Closed());
  std::promise<void> freed;
  server.core().Post([&, exchange = std::move(exchange)]() mutable {
    EXPECT_EQ(exchange->head().target, "/");  // its views live on
    exchange->Respond(200, "", "nobody");
    exchange.reset();
    freed.set_value();
  });
  freed.get_future().wait();
}

TEST(ServerTest, EveryCoreServes) {
  std::mutex mutex;
  std::set<int> seen;
  TestServer server({}, 2, nullptr, [&](Core& core, std::unique_ptr<Exchange> exchange) {
    EXPECT_EQ(Core::Current(), &core);
    {
      std::lock_guard lock(mutex);
      seen.insert(core.index());
    }
    exchange->Respond(200, "", "");
  });
  ASSERT_TRUE(server.listening());
  // The kernel spreads connections by a hash: so many never land on one core alone (2^-63).
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(std::make_unique<RawClient>(server.port()));
  for (auto& client : clients) client->Send(kGet);
  for (auto& client : clients) EXPECT_EQ(client->Read().status, 200);
  std::lock_guard lock(mutex);
  EXPECT_EQ(seen.size(), 2u);
}

TEST(ServerTest, OutOfDescriptorsItWaitsAndGoesOn) {
  TestServer server;
  RawClient warm(server.port());
  warm.Send(kGet);
  ASSERT_EQ(warm.Read().status, 200);
  RawClient client;
  // The undefined-behaviour sanitizer wants a descriptor when it meets a class for the first time, and finds none
  // below: a log line with a field shows it all of them.
  log::Info("about to run out of descriptors", {{"test", "yes"}});
  const int next = ::dup(client.fd());
  ASSERT_GE(next, 0);
  ::close(next);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  client.Connect(server.port());
  const bool failed = Eventually([&] { return server.server().counters().accept_failures > 0; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(failed);
  client.Send(kGet);
  EXPECT_EQ(client.Read().status, 200);
}

TEST(ServerTest, APortInUseIsNotShared) {
  TestServer first;
  Core core(0);
  class Nothing : public Handler {
    size_t BodyLimit(const RequestHead&) override { return 0; }
    void Serve(Core&, std::unique_ptr<Exchange>) override {}
  } handler;
  Server second({&core}, &handler, {}, nullptr);
  const auto bound = second.Listen("127.0.0.1", first.port());
  ASSERT_FALSE(bound.has_value());
  EXPECT_EQ(bound.error().kind, ErrorKind::kIo);
  EXPECT_FALSE(second.Listen("localhost", 0).has_value());
}

}  // namespace
}  // namespace kagimori::net
