#ifndef KAGIMORI_NET_CONNECTION_H_
#define KAGIMORI_NET_CONNECTION_H_

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/io_result.h"
#include "net/request_reader.h"
#include "net/tls_session.h"
#include "secret/wiping_buffer.h"

namespace kagimori::net {

class Shard;

// One client's connection, on one core's thread. It has at most one asynchronous wait and at most one exchange at a
// time.
//
// Its memory: counted by the shard's list, by the wait and by the exchange under way. An idle one has neither workspace
// nor record buffers.
class Connection : public boost::intrusive_ref_counter<Connection, boost::thread_unsafe_counter>,
                   public boost::intrusive::list_base_hook<> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
  using Ptr = boost::intrusive_ptr<Connection>;

  Connection(std::shared_ptr<Shard> shard, Socket socket, std::string_view peer);
  ~Connection();

  void Start();
  // Looks at the time; may close.
  void OnTick();
  // The server is shutting down: closes if no request is under way.
  void Drain();
  // Closes unless an answer is being worked out or sent. False: it is.
  bool CloseUnlessServed();
  void Close();

  // While none of its requests has been answered with success: in the shard's list of such connections, oldest first.
  using NewcomerHook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  NewcomerHook newcomer_hook;

 private:
  class ConnectionExchange;
  friend class ConnectionExchange;

  enum class State : uint8_t { kHandshake, kReading, kHandling, kWriting, kLingering, kClosed };
  // What a deadline is for.
  enum class Timer : uint8_t { kNone, kHandshake, kIdle, kHead, kBody, kWrite, kLinger };

  void Handshake();

  // Parses, serves and reads until bytes, an answer or a writable socket are missing.
  void Drive();
  // Serves what has been read. False when reading must wait for something else.
  bool Process();
  // False unless the exchange has ended and the next request may be read.
  bool Serve();
  // One attempt; false when there was nothing and what comes next has been arranged.
  bool ReadOnce();
  void AwaitBytes();
  void OnReadable();
  void OnRead(const boost::system::error_code& ec, size_t bytes);
  void Wait(IoStatus direction, void (Connection::*then)());

  // After an exchange: reads on, in a later turn if there is something to serve already.
  void Continue();
  void Resume();
  void ExchangeGone(bool answered);
  // Once the exchange is gone and its response is sent: true when the next request may be read.
  bool EndExchange();

  void Respond(int status, std::string_view fields, std::string body);
  void Refuse(int status);
  void SendResponse(int status, std::string_view fields, std::string_view body, bool with_body);
  void SendContinue();
  void AppendHead(int status, std::string_view fields, size_t body_size);
  // Sends what the socket takes of the shard's scratch buffer, keeps the rest, and wipes the buffer.
  void SendScratch();
  void SendPending();

  // Ends the sending side and waits for the client to end its own.
  void StartLinger();
  void Linger();

  IoResult Receive(std::span<char> to);
  IoResult Send(std::span<const char> from);
  void SetTimer(Timer timer);
  void SetReadTimer();

  std::shared_ptr<Shard> shard_;
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  RequestReader reader_;
  secret::WipingBuffer pending_;  // of a response that the socket did not take at once
  size_t pending_sent_ = 0;
  size_t lingered_ = 0;
  uint32_t deadline_ = 0;  // tick
  uint32_t quiet_since_ = 0;
  State state_ = State::kReading;
  Timer timer_ = Timer::kNone;
  bool in_serve_ = false;
  bool exchange_alive_ = false;
  bool close_after_ = false;
  bool continue_sent_ = false;
  bool parking_ = false;
  uint8_t peer_length_ = 0;
  std::array<char, 46> peer_;  // INET6_ADDRSTRLEN
  Ptr exchange_keeps_;         // this connection, while an exchange lives
  alignas(16) std::array<std::byte, 32> exchange_memory_;
};

using ConnectionList = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<true>>;
using NewcomerList = boost::intrusive::list<
    Connection, boost::intrusive::member_hook<Connection, Connection::NewcomerHook, &Connection::newcomer_hook>,
    boost::intrusive::constant_time_size<false>>;

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_CONNECTION_H_
