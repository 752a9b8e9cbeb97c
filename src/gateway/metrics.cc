#include "gateway/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <future>
#include <string_view>
#include <utility>

#include "wire/query.h"

namespace kagimori::gateway {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// How long a core may take to hand out its counters; it is busy or ending beyond it and left out.
constexpr std::chrono::seconds kCollectTimeout{2};

MetricFamily Family(std::string name, std::string help, MetricType type) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  return family;
}

MetricFamily Single(std::string name, std::string help, MetricType type, double value) {
  MetricFamily family = Family(std::move(name), std::move(help), type);
  ClientMetric& metric = family.metric.emplace_back();
  metric.counter.value = value;
  metric.gauge.value = value;
  return family;
}

MetricFamily Counter(std::string name, std::string help, uint64_t value) {
  return Single(std::move(name), std::move(help), MetricType::Counter, static_cast<double>(value));
}
MetricFamily Gauge(std::string name, std::string help, double value) {
  return Single(std::move(name), std::move(help), MetricType::Gauge, value);
}

// "other" stands for what was not recognised: a client must not be able to make label values.
std::string Label(std::string_view name) { return name.empty() ? "other" : std::string(name); }

void AddRequests(const RequestStats& requests, std::vector<MetricFamily>* out) {
  MetricFamily counts =
      Family("kagimori_requests_total", "Requests answered, by service, operation and error code (OK: success)",
             MetricType::Counter);
  MetricFamily latency = Family("kagimori_request_duration_seconds", "From a request's last byte read to its answer",
                                MetricType::Histogram);
  for (const RequestStats::Operation& operation : requests.operations()) {
    std::vector<ClientMetric::Label> labels = {{"service", Label(operation.service)},
                                               {"operation", Label(operation.name)}};
    for (const RequestStats::Code& code : operation.codes) {
      ClientMetric& metric = counts.metric.emplace_back();
      metric.label = labels;
      metric.label.push_back({"code", code.code.empty() ? "OK" : std::string(code.code)});
      metric.counter.value = static_cast<double>(code.count);
    }
    ClientMetric& metric = latency.metric.emplace_back();
    metric.label = labels;
    uint64_t cumulative = 0;
    for (size_t i = 0; i < operation.latency.size(); ++i) {
      cumulative += operation.latency[i];
      double bound = i < kLatencyBounds.size() ? static_cast<double>(kLatencyBounds[i]) / 1e6
                                               : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({cumulative, bound});
    }
    metric.histogram.sample_count = cumulative;
    metric.histogram.sample_sum = static_cast<double>(operation.latency_sum_micros) / 1e6;
  }
  out->push_back(std::move(counts));
  out->push_back(std::move(latency));
}

void AddAnchors(const NodeFigures& figures, std::vector<MetricFamily>* out) {
  if (figures.anchors.empty()) return;
  MetricFamily sequence = Family("kagimori_audit_anchor_sequence",
                                 "Number of the audit event that the newest anchor outside names", MetricType::Gauge);
  MetricFamily failures = Family("kagimori_audit_anchor_failures_total",
                                 "Audit anchors that could not be brought outside", MetricType::Counter);
  MetricFamily failing = Family("kagimori_audit_anchor_failing",
                                "1: the last audit anchor could not be brought outside", MetricType::Gauge);
  auto add = [](MetricFamily* family, const std::string& place, double value) {
    ClientMetric& metric = family->metric.emplace_back();
    metric.label.push_back({"place", place});
    metric.counter.value = value;
    metric.gauge.value = value;
  };
  for (const NodeFigures::AnchorPlace& anchor : figures.anchors) {
    add(&sequence, anchor.place, static_cast<double>(anchor.sequence));
    add(&failures, anchor.place, static_cast<double>(anchor.failures));
    add(&failing, anchor.place, anchor.failing ? 1 : 0);
  }
  out->push_back(std::move(sequence));
  out->push_back(std::move(failures));
  out->push_back(std::move(failing));
}

void AddServer(const NodeFigures& figures, std::vector<MetricFamily>* out) {
  out->push_back(Gauge("kagimori_connections_open", "Client connections open",
                       static_cast<double>(figures.server.connections_open)));
  out->push_back(Counter("kagimori_connections_accepted_total", "Client connections accepted",
                         figures.server.connections_accepted));
  out->push_back(Counter("kagimori_connections_refused_total", "Client connections refused at the limit",
                         figures.server.connections_refused));
  out->push_back(Counter("kagimori_protocol_errors_total", "Malformed HTTP requests", figures.server.protocol_errors));
  out->push_back(Counter("kagimori_timeouts_total", "Connections closed for being too slow", figures.server.timeouts));
  out->push_back(
      Counter("kagimori_handshake_failures_total", "TLS handshakes that failed", figures.server.handshake_failures));
  out->push_back(Gauge("kagimori_sealed", "1: the root key is not in memory", figures.sealed ? 1 : 0));
  out->push_back(Counter("kagimori_sealed_refusals_total", "Requests refused since the server was sealed",
                         figures.refused_sealed));
  if (figures.certificate_expiry) {
    out->push_back(Gauge("kagimori_certificate_expiry_timestamp_seconds", "When the TLS certificate ends",
                         static_cast<double>(figures.certificate_expiry->seconds())));
  }
}

void AddOpened(const NodeFigures& figures, std::vector<MetricFamily>* out) {
  out->push_back(Counter("kagimori_store_commits_total", "Transactions committed", figures.store.commits));
  out->push_back(Counter("kagimori_store_conflicts_total", "Transactions whose preconditions did not hold",
                         figures.store.conflicts));
  out->push_back(Counter("kagimori_store_syncs_total", "Waits for stable storage", figures.store.syncs));
  out->push_back(Gauge("kagimori_store_records", "Records in the store, estimated",
                       static_cast<double>(figures.store.keys_estimate)));
  out->push_back(Gauge("kagimori_cached_keys", "KMS keys in the cache", static_cast<double>(figures.cached_keys)));
  out->push_back(Counter("kagimori_key_loads_total", "KMS keys read from the store because the cache lacked them",
                         figures.key_loads));
  out->push_back(Counter("kagimori_store_inline_reads_total", "Reads of the store that memory held the answer to",
                         figures.store.inline_reads));
  out->push_back(Counter("kagimori_store_queued_reads_total", "Reads of the store that waited for a reader thread",
                         figures.store.queued_reads));
  out->push_back(
      Counter("kagimori_audit_events_total", "Sequence number of the newest audit event", figures.audit_sequence));
  out->push_back(Gauge("kagimori_audit_unsynced_events", "Audit events written but not yet on stable storage",
                       static_cast<double>(figures.audit_sequence - figures.audit_synced_sequence)));
  out->push_back(Gauge("kagimori_audit_free_bytes", "Free space of the audit log's disk",
                       static_cast<double>(figures.audit_free_bytes)));
  out->push_back(Gauge("kagimori_store_free_bytes", "Free space of the store's disk",
                       static_cast<double>(figures.store_free_bytes)));
  out->push_back(Gauge("kagimori_stopped",
                       "1: calls that change something are refused for want of room, 2: every call is refused",
                       static_cast<double>(figures.stopped)));
  AddAnchors(figures, out);
  out->push_back(Gauge("kagimori_audit_failed", "1: the audit log cannot be written; nothing is answered",
                       figures.audit_failed ? 1 : 0));
}

}  // namespace

std::string RenderMetrics(const RequestStats& requests, const NodeFigures& figures) {
  std::vector<MetricFamily> families;
  if (!figures.sealed) AddRequests(requests, &families);
  AddServer(figures, &families);
  if (!figures.sealed) AddOpened(figures, &families);
  return prometheus::TextSerializer().Serialize(families);
}

OperatorPages::OperatorPages(std::vector<CoreState*> cores, Figures figures, std::vector<NotReady> not_ready)
    : cores_(std::move(cores)), figures_(std::move(figures)), not_ready_(std::move(not_ready)) {}

RequestStats OperatorPages::Collect() const {
  std::vector<std::future<RequestStats>> answers;
  for (CoreState* core : cores_) {
    auto promise = std::make_shared<std::promise<RequestStats>>();
    answers.push_back(promise->get_future());
    core->core->Post([core, promise] { promise->set_value(core->stats); });
  }
  RequestStats sum;
  for (auto& answer : answers) {
    if (answer.wait_for(kCollectTimeout) == std::future_status::ready) sum.Merge(answer.get());
  }
  return sum;
}

void OperatorPages::Serve(net::Core&, std::unique_ptr<net::Exchange> exchange) {
  constexpr std::string_view kPlain = "Content-Type: text/plain; charset=utf-8\r\n";
  std::string_view path = wire::SplitTarget(exchange->head().target).path;
  if (exchange->head().method != "GET") return exchange->Respond(405, kPlain, "only GET\n");
  if (path == "/healthz") return exchange->Respond(200, kPlain, "ok\n");
  if (path == "/readyz") {
    std::string reasons;
    for (const NotReady& ask : not_ready_) {
      if (std::string reason = ask(); !reason.empty()) reasons.append(reason).push_back('\n');
    }
    const int status = reasons.empty() ? 200 : 503;
    return exchange->Respond(status, kPlain, status == 200 ? "ready\n" : std::move(reasons));
  }
  if (path == "/metrics") {
    return exchange->Respond(200, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n",
                             RenderMetrics(Collect(), figures_()));
  }
  exchange->Respond(404, kPlain, "there is /healthz, /readyz and /metrics\n");
}

}  // namespace kagimori::gateway
