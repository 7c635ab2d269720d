package bench;

/** One input record. */
public final class Order {
  public String orderId;
  public String customerId;
  public String status;
  public long amountCents;
  public double sentAt;
  public String note;
}
