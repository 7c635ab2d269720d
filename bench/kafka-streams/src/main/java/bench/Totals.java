package bench;

/** What is remembered of a key, and what each input record puts out. */
public final class Totals {
  public String orderId;
  public String status;
  public long count;
  public long totalCents;
  public double sentAt;
  public String note;

  Totals add(Order order) {
    orderId = order.orderId;
    status = order.status;
    count += 1;
    totalCents += order.amountCents;
    sentAt = order.sentAt;
    note = order.note;
    return this;
  }
}
